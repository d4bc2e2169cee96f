import type { Answer } from '../../core/answer.js'
import { passwordRulesAttribute } from '../../core/password/rules.js'
import type { Messages } from '../../languages/catalogue.js'
import type { PolicyInForce } from '../describe-policy.js'
import type { Form } from '../submission/read-body.js'
import type { FieldError, FieldName } from './form-fields.js'

type Words = Messages['page']

/** A field without its errors. */
interface Field {
  readonly name: FieldName
  readonly label: string
  readonly hint: string
  readonly type: 'email' | 'text' | 'password'
  /** Everything except passwords is typed from left to right in every language. */
  readonly direction: 'ltr' | 'auto'
  readonly inputMode: string
  /** A token of HTML's autofill (HTML standard, "autofill detail tokens"). */
  readonly autocomplete: string
  /** For password generators (the attribute `passwordrules`). */
  readonly passwordRules: string
  /** What was typed. Empty for passwords and codes. */
  readonly value: string
  readonly readOnly: boolean
}

/** A field as its template shows it. */
export interface FieldView extends Field {
  readonly errors: readonly string[]
  readonly errorPrefix: string
  /** The IDs of the hint, the errors and the rules, if there are any. */
  readonly describedBy: string
  /** The text of the button that shows a password. */
  readonly showLabel: string
}

/** Adds the errors to the fields they belong to. */
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

/** The fields for proof by account. */
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
    // Few accounts need a code, so the form only asks for it if this one does.
    ...(asksForCode ? [code] : []),
  ]
}

/** The mailbox of a link, which a script fills in. With it, password managers save the new password for the right address. */
export function linkedMailboxField(words: Words): Field {
  return { ...field('email', words.email, 'email', 'username'), readOnly: true }
}

/** The link, unless it is in the page's address. It is shown again to its sender until it turns out to be invalid. */
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
