import type { Mode, Modes } from '../core/attempt.js'
import type { Answer } from './answer.js'
import { chosenMode, type FieldError, type FieldName, type Form, fieldErrors } from './form-fields.js'
import { type Messages, wordsOf } from './messages.js'

interface FieldView {
  readonly name: FieldName
  readonly label: string
  readonly hint: string
  readonly type: 'email' | 'text' | 'password'
  readonly inputMode: string
  /** A token of HTML's autofill (HTML standard, "autofill detail tokens"). */
  readonly autocomplete: string
  /** What was typed, but for secrets. */
  readonly value: string
}

/** All that the form's template shows. */
export function formView(
  messages: Messages,
  modes: Modes,
  rules: readonly string[],
  form: Form,
  answer: Answer | undefined,
) {
  const words = messages.page
  const mode = chosenMode(modes, form)
  const errors = answer ? fieldErrors(answer, mode, messages) : []
  const notice = answer ? wordsOf(answer, messages) : null
  const show = (field: FieldView) => ({
    ...field,
    ...errorsOf(field, errors),
    errorPrefix: words.errorPrefix,
  })

  const email = [mailboxField(words, form)].map(show)
  const newPassword = newPasswordFields(words).map(show)
  const methods = modes.map((each) => {
    const { label, hint, fields } = proof(each, words, form)
    return { mode: each, chosen: each === mode, label, hint, fields: fields.map(show) }
  })
  const all = [...email, ...methods.flatMap(({ fields }) => fields), ...newPassword]
  const summary = all.flatMap(({ name, label, errors: own }) =>
    own.map((message) => ({ name, label, message })),
  )
  return { heading: notice?.title ?? words.title, words, notice, summary, email, methods, newPassword, rules }
}

function errorsOf({ name, hint }: FieldView, errors: readonly FieldError[]) {
  const own = errors.filter((error) => error.field === name).map((error) => error.message)
  const describedBy = [...(hint ? [`${name}-hint`] : []), ...(own.length > 0 ? [`${name}-errors`] : [])]
  return { errors: own, describedBy: describedBy.join(' ') }
}

function mailboxField(words: Messages['page'], form: Form): FieldView {
  return field('email', words.email, 'email', 'username', { value: form.email })
}

function newPasswordFields(words: Messages['page']): FieldView[] {
  return [
    field('new_password', words.newPassword, 'password', 'new-password'),
    field('confirm_password', words.confirmPassword, 'password', 'new-password'),
  ]
}

function proof(mode: Mode, words: Messages['page'], form: Form) {
  if (mode === 'mailbox') {
    const fields = [field('current_password', words.currentPassword, 'password', 'current-password')]
    return { label: words.methodMailbox, hint: '', fields }
  }
  const fields = [
    field('username', words.username, 'text', 'section-account username', { value: form.username }),
    field('account_password', words.accountPassword, 'password', 'section-account current-password'),
    field('code', words.code, 'text', 'one-time-code', { hint: words.codeHint, inputMode: 'numeric' }),
  ]
  return { label: words.methodAccount, hint: words.accountHint, fields }
}

function field(
  name: FieldName,
  label: string,
  type: FieldView['type'],
  autocomplete: string,
  { hint = '', inputMode = '', value }: { hint?: string; inputMode?: string; value?: unknown } = {},
): FieldView {
  return { name, label, hint, type, inputMode, autocomplete, value: typeof value === 'string' ? value : '' }
}
