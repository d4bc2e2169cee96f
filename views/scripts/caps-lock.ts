import { type PageForm, passwordFields } from './form.js'

/** Shows a hint while somebody types a password with Caps Lock on. */
export function hintAtCapsLock(form: PageForm): void {
  for (const input of passwordFields(form)) {
    const hint = document.createElement('p')
    hint.className = 'hint caps-lock'
    hint.setAttribute('role', 'status')
    input.closest('.field')?.append(hint)
    const setHint = (on: boolean): void => {
      const text = on ? form.words.capsLock : ''
      if (hint.textContent !== text) hint.textContent = text
    }
    for (const event of ['keydown', 'keyup'] as const) {
      // Password managers send key events without the state of keys.
      input.addEventListener(event, (key) => setHint(key.getModifierState?.('CapsLock') ?? false))
    }
    input.addEventListener('blur', () => setHint(false))
  }
}
