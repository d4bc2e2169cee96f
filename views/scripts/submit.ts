import type { PageForm } from './form.js'
import { hidePasswords } from './visibility.js'

/** After this time (ms), the page says that it takes a few seconds. */
const PROGRESS_AFTER_MS = 1000

/**
 * Sends the form and shows the answer without leaving the page, so that nobody has to retype passwords because of a missing code
 * or a broken rule.
 *
 * @param setUp called when the answer is on the page
 */
export function submitInPlace(form: PageForm, setUp: () => void): void {
  const { element, words, say } = form
  let isUnderWay = false

  element.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (isUnderWay) return
    isUnderWay = true
    hidePasswords(form)
    element.setAttribute('aria-busy', 'true')
    const button = event.submitter
    say(button?.dataset.sending ?? words.sending)
    // An earlier answer replaces the form, and with it this text.
    setTimeout(() => say(words.progress), PROGRESS_AFTER_MS)
    const typed = new FormData(element)
    const answer = await send(addressOf(element, button), typed)
    if (answer) showAnswer(answer, typed)
    else showLoss(button?.dataset.lost)
    setUp()
  })
}

/** Where a button sends the form: to its own URL or the form's. */
function addressOf({ action }: HTMLFormElement, button: HTMLElement | null): string {
  return button instanceof HTMLButtonElement && button.hasAttribute('formaction') ? button.formAction : action
}

/** The service's page. Undefined if the connection broke or something else answered. */
async function send(url: string, typed: FormData): Promise<Document | undefined> {
  const body = new URLSearchParams([...typed].map(([name, value]) => [name, String(value)]))
  try {
    const response = await fetch(url, { method: 'POST', body })
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    return page.querySelector('main[data-answer]') ? page : undefined
  } catch {
    return undefined
  }
}

function showAnswer(page: Document, typed: FormData): void {
  const main = page.querySelector('main')
  if (!main) return
  document.title = page.title
  // The text was parsed as if there were no scripts, so the fields in here would be part of the form.
  for (const element of page.querySelectorAll('noscript')) element.remove()
  // Replaces everything, as navigation does. Otherwise what is below would visibly jump, and its links would keep an older
  // address.
  document.body.replaceWith(page.body)
  restore(main, typed)
  focusOn(main)
}

/** The change may have been made anyway. The page already contains what to say and to do then. */
function showLoss(template = 'answer-lost'): void {
  const main = document.querySelector('main')
  const loss = document.querySelector<HTMLTemplateElement>(`#${template}`)
  if (!main || !loss) return
  main.replaceChildren(loss.content.cloneNode(true))
  main.dataset.answer = 'outcome-unknown'
  document.title = main.querySelector('h1')?.textContent ?? document.title
  focusOn(main)
}

/**
 * Restores what was typed, except what is wrong. A rejected new password stays, to be improved. Secrets come from here, never
 * from the server.
 */
function restore(main: HTMLElement, typed: FormData): void {
  for (const input of main.querySelectorAll<HTMLInputElement>('input:not([type="radio"])')) {
    const isWrong = input.getAttribute('aria-invalid') === 'true' && input.name !== 'new_password'
    if (input.value === '' && !isWrong) input.value = String(typed.get(input.name) ?? '')
  }
}

function focusOn(main: HTMLElement): void {
  const target = main.querySelector<HTMLElement>('[autofocus]')
  target?.focus()
  target?.scrollIntoView({ block: 'nearest' })
}
