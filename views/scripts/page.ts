import { hintAtCapsLock } from './caps-lock.js'
import { offerToCopy } from './copy-link.js'
import { readForm } from './form.js'
import { solvePuzzle } from './puzzle.js'
import { takeLink, watchForLinks } from './recovery-link.js'
import { tickRules } from './rules.js'
import { submitInPlace } from './submit.js'
import { offerSuggestions } from './suggestions.js'
import { offerToShow } from './visibility.js'

// The page works without any of this: it spares people a reload that would lose what they typed, and shows on the way
// what the server would say in the end.

document.documentElement.classList.add('scripted')
watchForLinks()
setUp()

function setUp(): void {
  offerToCopy()
  const form = readForm()
  if (!form) return
  offerToShow(form)
  hintAtCapsLock(form)
  // Before the rules: one of them is about the mailbox.
  takeLink(form)
  tickRules(form)
  offerSuggestions(form)
  // Before the form is sent: it waits for the solution.
  solvePuzzle(form)
  submitInPlace(form, setUp)
}
