import type { ScriptPolicy, ScriptWords } from '../../src/http/page/script-view.js'

/** The form as it stands on the page, with what it carries for scripts. */
export interface PageForm {
  readonly element: HTMLFormElement
  readonly words: ScriptWords
  readonly policy: ScriptPolicy
  /** Says something below the button, also by screen readers. */
  say(text: string): void
  field(name: string): HTMLInputElement | null
}

/** The form that has something for scripts, if the page shows one. */
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

/** All fields that hold a password, shown or not. */
export function passwordFields({ element }: PageForm): HTMLInputElement[] {
  return [...element.querySelectorAll<HTMLInputElement>('.show')].flatMap(
    (button) => element.querySelector<HTMLInputElement>(`#${button.dataset.shows}`) ?? [],
  )
}
