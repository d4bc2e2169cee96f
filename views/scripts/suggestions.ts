import { copy } from './clipboard.js'
import type { PageForm } from './form.js'
import { suggestPassword, suggestWords } from './suggest-password.js'
import { typedMailbox } from './typed-mailbox.js'
import { showPasswords } from './visibility.js'

const NEW_PASSWORD_FIELDS = ['new_password', 'confirm_password']

/** Fills in, shows and copies a password of words or of characters. */
export function offerSuggestions(form: PageForm): void {
  for (const button of form.element.querySelectorAll<HTMLButtonElement>('[data-suggest]')) {
    button.addEventListener('click', () => suggest(form, button.dataset.suggest === 'words'))
  }
}

async function suggest(form: PageForm, ofWords: boolean): Promise<void> {
  const { policy, words, field, say } = form
  const list = ofWords ? await loadWords() : []
  const mailbox = typedMailbox(field('email')?.value ?? '')
  const random = (count: number) => crypto.getRandomValues(new Uint32Array(count))
  const password =
    list.length > 0 ? suggestWords(list, policy, mailbox, random) : suggestPassword(policy, mailbox, random)
  for (const name of NEW_PASSWORD_FIELDS) {
    const input = field(name)
    if (!input) continue
    input.value = password
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }
  showPasswords(form, NEW_PASSWORD_FIELDS, true)
  say((await copy(password)) ? words.suggestedAndCopied : words.suggested)
}

/** None, where they can't be loaded. */
async function loadWords(): Promise<readonly string[]> {
  try {
    return await (await fetch(new URL('words.json', import.meta.url))).json()
  } catch {
    return []
  }
}
