import type { PageForm } from './form.js'
import { suggestPassword, suggestWords } from './suggest-password.js'
import { typedMailbox } from './typed-mailbox.js'

let latest: string | undefined

/** Whether this is the last suggestion, which the person doesn't know yet. */
export function isSuggested(password: string): boolean {
  return password === latest
}

/** Fills in a password of words or characters, shows and selects it, and offers another one, or one of the other kind. */
export async function suggest(form: PageForm, kind = 'words'): Promise<void> {
  const { element, words, field } = form
  const input = field('new_password')
  const [again, other] = element.querySelectorAll<HTMLButtonElement>('[data-suggest]')
  if (!input || !again || !other) return
  latest = kind === 'words' ? await makeOfWords(form) : makeOfCharacters(form)
  input.value = latest
  input.dispatchEvent(new Event('input', { bubbles: true }))
  element.querySelector<HTMLElement>('[data-shows="new_password"][aria-pressed="false"]')?.click()
  input.focus()
  input.select()
  // Shows the start of a long password.
  input.scrollLeft = 0
  again.dataset.suggest = kind
  again.textContent = words.suggestAnother
  other.dataset.suggest = kind === 'words' ? 'characters' : 'words'
  other.textContent = kind === 'words' ? words.suggestCharacters : words.suggestWords
  other.hidden = false
}

async function makeOfWords(form: PageForm): Promise<string> {
  const list = await loadWords()
  if (list.length === 0) return makeOfCharacters(form)
  return suggestWords(list, form.policy, mailboxOf(form), random)
}

function makeOfCharacters(form: PageForm): string {
  return suggestPassword(form.policy, mailboxOf(form), random)
}

function mailboxOf({ field }: PageForm) {
  return typedMailbox(field('email')?.value ?? '')
}

function random(count: number): Uint32Array {
  return crypto.getRandomValues(new Uint32Array(count))
}

/** Returns none if they can't be loaded. */
async function loadWords(): Promise<readonly string[]> {
  try {
    return await (await fetch(new URL('words.json', import.meta.url))).json()
  } catch {
    return []
  }
}
