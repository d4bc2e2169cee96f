import { hintAtCapsLock } from './caps-lock.js'
import { offerToCopy } from './copy-link.js'
import { type PageForm, readForm } from './form.js'
import { solvePuzzle } from './puzzle.js'
import { submitInPlace } from './submit.js'
import { offerToShow } from './visibility.js'

// The page works without this script. It saves people a reload that would lose what they typed, and shows earlier what the server
// would say in the end.

await setUp()
document.documentElement.classList.add('scripted')

async function setUp(): Promise<void> {
  offerToCopy()
  const form = readForm()
  if (!form) return
  offerToShow(form)
  hintAtCapsLock(form)
  // Before the rules, because one of them needs the mailbox.
  if (form.field('recovery')) (await import('./recovery-link.js')).takeLink(form)
  if (form.field('new_password')) helpWithNewPassword(form)
  // Before the form can be sent, because sending waits for the solution.
  solvePuzzle(form)
  submitInPlace(form, setUp)
}

/** Loads the help with a new password when the person enters the form, or at once if they already have. */
function helpWithNewPassword(form: PageForm): void {
  const { element, field } = form
  const load = () => import('./new-password.js')
  const start = async () => (await load()).tickRules(form)
  if (element.contains(document.activeElement) || field('new_password')?.value) void start()
  else element.addEventListener('focusin', start, { once: true })
  for (const button of element.querySelectorAll<HTMLButtonElement>('[data-suggest]')) {
    button.addEventListener('click', async () => (await load()).suggest(form, button.dataset.suggest))
  }
}
