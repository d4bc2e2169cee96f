import type { Answer } from '../../core/answer.js'
import { passwordRulesAttribute } from '../../core/password/rules.js'
import type { Messages } from '../../languages/catalogue.js'
import type { PolicyInForce } from '../describe-policy.js'
import type { Form } from '../submission/read-body.js'
import type { FieldError, FieldName } from './form-fields.js'

type Words = Messages['page']

/** A field before anything was said of what stands in it. */
interface Field {
  readonly name: FieldName
  readonly label: string
  readonly hint: string
  readonly type: 'email' | 'text' | 'password'
  /** What is typed there runs from left to right in every language, but for passwords. */
  readonly direction: 'ltr' | 'auto'
  readonly inputMode: string
  /** A token of HTML's autofill (HTML standard, "autofill detail tokens"). */
  readonly autocomplete: string
  /** For password generators (the attribute `passwordrules`). */
  readonly passwordRules: string
  /** What was typed, unless it is a password or a code. */
  readonly value: string
  readonly readOnly: boolean
}

/** A field as its template shows it. */
export interface FieldView extends Field {
  readonly errors: readonly string[]
  readonly errorPrefix: string
  /** The IDs of the hint, the errors and the rules, if there are any. */
  readonly describedBy: string
  /** What the button says that shows a password. */
  readonly showLabel: string
}

/** Gives fields the errors that belong to them. */
export function showFields(
  fields: readonly Field[],
  errors: readonly FieldError[],
  { page, script }: Messages,
): FieldView[] {
  return fields.map((field) => {
    const { name, hint } = field
    const own = errors.filter((error) => error.field === name).map(({ message }) => message)
    const describedBy = [
      ...(hint ? [`${name}-hint`] : []),
      ...(own.length > 0 ? [`${name}-errors`] : []),
      ...(name === 'new_password' ? ['rules'] : []),
    ]
    return {
      ...field,
      errors: own,
      errorPrefix: page.errorPrefix,
      describedBy: describedBy.join(' '),
      showLabel: script.show,
    }
  })
}

export function mailboxField(words: Words, form: Form): Field {
  return field('email', words.email, 'email', 'username', { value: form.email })
}

export function currentPasswordField(words: Words): Field {
  return field('current_password', words.currentPassword, 'password', 'current-password')
}

/** What proves the hosting account. */
export function accountFields(words: Words, form: Form, errors: readonly FieldError[]): Field[] {
  const asksForCode = Boolean(form.code) || errors.some((error) => error.field === 'code')
  const code = field('code', words.code, 'text', 'one-time-code', {
    hint: words.codeHint,
    inputMode: 'numeric',
  })
  return [
    field('username', words.username, 'text', 'section-account username', {
      hint: words.usernameHint,
      value: form.username,
    }),
    field('account_password', words.accountPassword, 'password', 'section-account current-password'),
    // Few accounts need one: it is asked for when it turns out that this one does.
    ...(asksForCode ? [code] : []),
  ]
}

/** The mailbox that a link is for, so that password managers keep the new password with its address: a script fills it in. */
export function linkedMailboxField(words: Words): Field {
  return { ...field('email', words.email, 'email', 'username'), readOnly: true }
}

/** The link, if it is not taken from the page's address. It is its sender's, and is shown again until it turns out not to work. */
export function linkField(
  { link, linkHint }: Pick<Messages['recover'], 'link' | 'linkHint'>,
  form: Form,
  answer?: Answer,
): Field {
  const value = answer?.code === 'recovery-invalid' ? '' : form.recovery
  return field('recovery', link, 'text', 'off', { hint: linkHint, value })
}

export function recoveryAddressField({ address }: Messages['recoveryAddress'], form: Form): Field {
  return field('recovery_address', address, 'email', 'email', { value: form.recovery_address })
}

export function newPasswordField(words: Words, { minLength }: Pick<PolicyInForce, 'minLength'>): Field {
  const shown = field('new_password', words.newPassword, 'password', 'new-password')
  return { ...shown, passwordRules: passwordRulesAttribute(minLength) }
}

/** For browsers without scripts, which can't show a typed password. */
export function confirmPasswordField(words: Words): Field {
  return field('confirm_password', words.confirmPassword, 'password', 'new-password')
}

function field(
  name: FieldName,
  label: string,
  type: Field['type'],
  autocomplete: string,
  { hint = '', inputMode = '', value }: { hint?: string; inputMode?: string; value?: unknown } = {},
): Field {
  const direction = type === 'password' ? 'auto' : 'ltr'
  const shown = typeof value === 'string' ? value : ''
  const common = { passwordRules: '', readOnly: false }
  return { name, label, hint, type, direction, inputMode, autocomplete, value: shown, ...common }
}
