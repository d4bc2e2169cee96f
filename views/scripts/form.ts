import type { ScriptPolicy, ScriptWords } from '../../src/http/page/script-view.js'

/** The form on the page, with its data for scripts. */
export interface PageForm {
  readonly element: HTMLFormElement
  readonly words: ScriptWords
  readonly policy: ScriptPolicy
  /** Shows a text below the button. Screen readers read it out. */
  say(text: string): void
  field(name: string): HTMLInputElement | null
}

/** The form with data for scripts, if the page has one. */
export function readForm(): PageForm | undefined {
  const element = document.querySelector<HTMLFormElement>('main form[data-words]')
  if (!element) return undefined
  const { words = '{}', policy = '{}' } = element.dataset
  return {
    element,
    words: JSON.parse(words),
    policy: JSON.parse(policy),
    say(text) {
      const status = element.querySelector('#status')
      if (status) status.textContent = text
    },
    field: (name) => element.querySelector<HTMLInputElement>(`input[name="${name}"]`),
  }
}

/** All password fields, whether their text is shown or not. */
export function passwordFields({ element }: PageForm): HTMLInputElement[] {
  return [...element.querySelectorAll<HTMLInputElement>('.show')].flatMap(
    (button) => element.querySelector<HTMLInputElement>(`#${button.dataset.shows}`) ?? [],
  )
}
