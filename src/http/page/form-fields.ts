import type { Answer } from '../../core/answer.js'
import type { Proof, Proofs } from '../../core/attempt.js'
import type { Messages } from '../../languages/catalogue.js'
import { faultMessage, reasonMessage } from '../../languages/messages.js'
import type { ParsedBody } from '../submission/parse-body.js'
import { parseSubmission, type Submission } from '../submission/parse-submission.js'
import { type Form, toRequest } from '../submission/read-body.js'

/** The fields of the form, by the names that password managers and scripts see. */
export type FieldName =
  | 'email'
  | 'current_password'
  | 'username'
  | 'account_password'
  | 'code'
  | 'new_password'
  | 'confirm_password'
  | 'solution'

/** A message that belongs to a field. */
export interface FieldError {
  readonly field: FieldName
  readonly message: string
}

/** The fields that each proof sends, by the member of the JSON interface that each stands for. */
const FIELDS: Readonly<Record<Proof, Readonly<Record<string, FieldName>>>> = {
  mailbox: {
    '/email': 'email',
    '/currentPassword': 'current_password',
    '/newPassword': 'new_password',
    '/solution': 'solution',
  },
  account: {
    '/email': 'email',
    '/account/username': 'username',
    '/account/password': 'account_password',
    '/account/code': 'code',
    '/newPassword': 'new_password',
    '/solution': 'solution',
  },
}

/** What stands for no member: the JSON interface asks for no second time. */
const CONFIRMATION = { pointer: '/confirmPassword', field: 'confirm_password' } as const

/** The proof chosen in the form, or the first of those configured. */
export function chosenProof(proofs: Proofs, form: Form): Proof {
  return proofs.find((proof) => proof === form.proof) ?? proofs[0]
}

/** Checks a form by the rules of the JSON interface, and that the new password was typed twice alike. */
export function parseForm(proofs: Proofs, form: Form): ParsedBody<Submission> {
  const parsed = parseSubmission(proofs, toRequest(FIELDS[chosenProof(proofs, form)], form))
  if (form.new_password === form.confirm_password) return parsed
  const faults = parsed.ok ? [] : parsed.faults
  return { ok: false, faults: [...faults, { pointer: CONFIRMATION.pointer, code: 'differs' }] }
}

/** What of an answer belongs to fields. A refusal of credentials always names the same one. */
export function fieldErrors(answer: Answer, proof: Proof, messages: Messages): FieldError[] {
  switch (answer.code) {
    case 'invalid-request':
      return answer.faults.flatMap((fault) => {
        const field = fieldAt(fault.pointer, proof)
        return field ? [{ field, message: faultMessage(messages, fault) }] : []
      })
    case 'password-rejected':
      return answer.reasons.map((reason) => ({
        field: 'new_password',
        message: reasonMessage(messages, reason),
      }))
    case 'invalid-credentials':
      return [
        {
          field: proof === 'account' ? 'account_password' : 'current_password',
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

function fieldAt(pointer: string, proof: Proof): FieldName | undefined {
  return pointer === CONFIRMATION.pointer ? CONFIRMATION.field : FIELDS[proof][pointer]
}
