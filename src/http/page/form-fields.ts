import type { Answer, FieldFault } from '../../core/answer.js'
import type { Mode, Modes } from '../../core/attempt.js'
import type { Messages } from '../../languages/catalogue.js'
import { reasonMessage } from '../../languages/messages.js'

/** The fields of the form, by the names that password managers and scripts see. */
export type FieldName =
  | 'email'
  | 'current_password'
  | 'username'
  | 'account_password'
  | 'code'
  | 'new_password'
  | 'confirm_password'

/** What the form holds as a person typed it; a repeated field makes an array. */
export type Form = Readonly<Record<string, unknown>>

/** A message that belongs to a field. */
export interface FieldError {
  readonly field: FieldName
  readonly message: string
}

/** Where in the JSON interface's request each field stands: one set of rules serves both. */
const POINTERS: Readonly<Record<string, FieldName>> = {
  '/email': 'email',
  '/currentPassword': 'current_password',
  '/account/username': 'username',
  '/account/password': 'account_password',
  '/account/code': 'code',
  '/newPassword': 'new_password',
  '/confirmPassword': 'confirm_password',
}

/** The method chosen in the form, or the first of those configured. */
export function chosenMode(modes: Modes, form: Form): Mode {
  return modes.find((mode) => mode === form.method) ?? modes[0]
}

/** The form as a request of the JSON interface; an empty field is a missing member. */
export function toRequest(modes: Modes, form: Form): Record<string, unknown> {
  const base = { email: given(form.email), newPassword: given(form.new_password) }
  if (chosenMode(modes, form) === 'mailbox') return { ...base, currentPassword: given(form.current_password) }
  const { username, account_password, code } = form
  return {
    ...base,
    account: {
      username: given(withoutSpaces(username)),
      password: given(account_password),
      code: given(withoutSpaces(code)),
    },
  }
}

/** Faults that only a form can have. */
export function confirmationFaults(form: Form): FieldFault[] {
  return form.new_password === form.confirm_password ? [] : [{ pointer: '/confirmPassword', code: 'differs' }]
}

/** What of an answer belongs to fields. A refusal of credentials always names the same one. */
export function fieldErrors(answer: Answer, mode: Mode, messages: Messages): FieldError[] {
  switch (answer.code) {
    case 'invalid-request':
      return answer.faults.flatMap((fault) => {
        const field = POINTERS[fault.pointer]
        return field ? [{ field, message: messages.field[fault.code] }] : []
      })
    case 'password-rejected':
      return answer.reasons.map((reason) => ({
        field: 'new_password',
        message: reasonMessage(messages, reason),
      }))
    case 'invalid-credentials':
      return [
        {
          field: mode === 'account' ? 'account_password' : 'current_password',
          message: messages.answer[answer.code].title,
        },
      ]
    case 'code-required':
      return [{ field: 'code', message: messages.field.required }]
    case 'mailbox-not-found':
      return [{ field: 'email', message: messages.answer[answer.code].title }]
    default:
      return []
  }
}

function given(value: unknown): unknown {
  return value === '' ? undefined : value
}

function withoutSpaces(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(/\s/g, '') : value
}
