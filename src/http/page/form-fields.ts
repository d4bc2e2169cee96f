import type { Answer } from '../../core/answer.js'
import type { Proof, Proofs } from '../../core/attempt.js'
import type { Helper } from '../../core/recovery/help-request.js'
import type { Messages } from '../../languages/catalogue.js'
import { faultMessage, reasonMessage } from '../../languages/messages.js'
import type { ParsedBody } from '../submission/parse-body.js'
import {
  type AddressSubmission,
  type Confirmation,
  type HelpSubmission,
  type OwnerSubmission,
  parseAddressRequest,
  parseConfirmation,
  parseHelpRequest,
  parseLinkRequest,
  parseRedemption,
  parseRemoval,
  parseSubmission,
  type Redemption,
  type Removal,
  type Submission,
} from '../submission/parse-submission.js'
import { type Form, toRequest } from '../submission/read-body.js'

/** The form's fields, by the names that password managers and scripts see. */
export type FieldName =
  | 'email'
  | 'current_password'
  | 'username'
  | 'account_password'
  | 'code'
  | 'new_password'
  | 'confirm_password'
  | 'recovery'
  | 'recovery_address'
  | 'removal'
  | 'helper'
  | 'solution'

/** A message that belongs to a field. */
export interface FieldError {
  readonly field: FieldName
  readonly message: string
}

/** The fields that a form sends, by the member of the JSON interface. */
export type FormFields = Readonly<Record<string, FieldName>>

/** The fields for a hosting account and one of its mailboxes. */
export const ownerFields: FormFields = {
  '/email': 'email',
  '/account/username': 'username',
  '/account/password': 'account_password',
  '/account/code': 'code',
  '/solution': 'solution',
}

/** The fields of a change, by its proof. */
export const changeFields: Readonly<Record<Proof, FormFields>> = {
  mailbox: {
    '/email': 'email',
    '/currentPassword': 'current_password',
    '/newPassword': 'new_password',
    '/solution': 'solution',
  },
  account: { ...ownerFields, '/newPassword': 'new_password' },
}

/** The fields for a link and a new password. */
export const redemptionFields: FormFields = { '/recovery': 'recovery', '/newPassword': 'new_password' }

/** The fields for setting a recovery address. */
export const addressFields: FormFields = {
  '/email': 'email',
  '/currentPassword': 'current_password',
  '/recoveryAddress': 'recovery_address',
  '/solution': 'solution',
}

/** The field for confirming a recovery address. */
export const confirmationFields: FormFields = { '/recovery': 'recovery' }

/** The fields for people who can't sign in. */
export const helpFields: FormFields = { '/email': 'email', '/helper': 'helper', '/solution': 'solution' }

/** Not a member of the JSON interface, which takes the new password only once. */
const CONFIRMATION = { pointer: '/confirmPassword', field: 'confirm_password' } as const

/** The proof chosen in the form, otherwise the first configured one. */
export function chosenProof(proofs: Proofs, form: Form): Proof {
  return proofs.find((proof) => proof === form.proof) ?? proofs[0]
}

/** The place of a proof in the form. The first configured one is the usual one, and a switch shows the other instead. */
export function placeOf(proofs: readonly Proof[], proof: Proof): 'usual' | 'instead' {
  return proof === proofs[0] ? 'usual' : 'instead'
}

/** Checks the form by the rules of the JSON interface, and that a second new password, if there is one, is the same. */
export function parseForm(proofs: Proofs, form: Form): ParsedBody<Submission> {
  const fields = changeFields[chosenProof(proofs, form)]
  return withConfirmation(parseSubmission(proofs, toRequest(fields, form)), form)
}

/** Does the same for the form with a link. */
export function parseRedemptionForm(form: Form): ParsedBody<Redemption> {
  return withConfirmation(parseRedemption(toRequest(redemptionFields, form)), form)
}

/** Checks the form of a hosting account's owner by the rules of the JSON interface. */
export function parseOwnerForm(form: Form): ParsedBody<OwnerSubmission> {
  return parseLinkRequest(toRequest(ownerFields, form))
}

/** Checks the form of a person who can't sign in. */
export function parseHelpForm(offered: readonly Helper[], form: Form): ParsedBody<HelpSubmission> {
  return parseHelpRequest(offered, toRequest(helpFields, form))
}

/** Checks the form that sets a recovery address. */
export function parseAddressForm(form: Form): ParsedBody<AddressSubmission> {
  return parseAddressRequest(toRequest(addressFields, form))
}

/** Checks the form that confirms a recovery address. */
export function parseConfirmationForm(form: Form): ParsedBody<Confirmation> {
  return parseConfirmation(toRequest(confirmationFields, form))
}

/** Checks the form that removes a recovery address. */
export function parseRemovalForm(form: Form): ParsedBody<Removal> {
  return parseRemoval(toRequest({ '/removal': 'removal' }, form))
}

/** Without scripts, a browser can't show a password, so the form has a second field for the new one. */
function withConfirmation<Value>(parsed: ParsedBody<Value>, form: Form): ParsedBody<Value> {
  if (form.confirm_password === undefined || form.new_password === form.confirm_password) return parsed
  const faults = parsed.ok ? [] : parsed.faults
  return { ok: false, faults: [...faults, { pointer: CONFIRMATION.pointer, code: 'differs' }] }
}

/**
 * The messages of an answer that belong to fields: what is wrong there, and what to do. The page shows them nowhere else. A
 * refusal of credentials always names the same field.
 */
export function fieldErrors(answer: Answer, fields: FormFields, messages: Messages): FieldError[] {
  const at = (field: FieldName | undefined, message: string): FieldError[] =>
    field === undefined ? [] : [{ field, message }]
  switch (answer.code) {
    case 'invalid-request':
      return answer.faults.flatMap((fault) =>
        at(fieldAt(fault.pointer, fields), faultMessage(messages, fault)),
      )
    case 'password-rejected':
      return answer.reasons.flatMap((reason) => at('new_password', reasonMessage(messages, reason)))
    case 'invalid-credentials':
      return at(
        fields['/account/password'] ?? fields['/currentPassword'],
        messages.answer[answer.code].detail,
      )
    case 'code-required':
      return at('code', messages.answer[answer.code].detail)
    case 'mailbox-not-found':
      return at('email', messages.answer[answer.code].detail)
    case 'recovery-invalid':
      return at('recovery', messages.answer[answer.code].detail)
    default:
      return []
  }
}

function fieldAt(pointer: string, fields: FormFields): FieldName | undefined {
  return pointer === CONFIRMATION.pointer ? CONFIRMATION.field : fields[pointer]
}
