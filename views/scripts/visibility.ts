import type { PageForm } from './form.js'

/** Lets people see what they typed. */
export function offerToShow(form: PageForm): void {
  for (const button of buttonsOf(form)) {
    button.addEventListener('click', () => show(form, button, button.getAttribute('aria-pressed') !== 'true'))
  }
}

/** Hides passwords before they are sent. Browsers save the contents of plain text fields, and suggest them to the next person. */
export function hidePasswords(form: PageForm): void {
  for (const button of buttonsOf(form)) show(form, button, false)
}

function buttonsOf({ element }: PageForm): NodeListOf<HTMLButtonElement> {
  return element.querySelectorAll<HTMLButtonElement>('.show')
}

function show({ words, field }: PageForm, button: HTMLButtonElement, shown: boolean): void {
  const input = field(button.dataset.shows ?? '')
  if (input) input.type = shown ? 'text' : 'password'
  button.setAttribute('aria-pressed', String(shown))
  const text = button.querySelector('[data-text]')
  if (text) text.textContent = shown ? words.hide : words.show
}
