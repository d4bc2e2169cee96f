import type { Answer } from '../../core/answer.js'
import type { Proof, Proofs } from '../../core/attempt.js'
import { parseMailbox } from '../../core/mailbox.js'
import type { Messages } from '../../languages/catalogue.js'
import type { PolicyInForce } from '../describe-policy.js'
import type { Form } from '../submission/read-body.js'
import {
  accountFields,
  confirmPasswordField,
  currentPasswordField,
  mailboxField,
  newPasswordField,
  showFields,
} from './field-view.js'
import { changeFields, chosenProof, type FieldError, fieldErrors, placeOf } from './form-fields.js'
import { noticeView } from './notice-view.js'
import { rulesView } from './rules-view.js'

interface FormParts {
  readonly messages: Messages
  readonly proofs: Proofs
  readonly policy: PolicyInForce
}

/** Everything that the form's template shows. */
export function formView({ messages, proofs, policy }: FormParts, form: Form, answer: Answer | undefined) {
  const words = messages.page
  const proof = chosenProof(proofs, form)
  const errors = answer ? fieldErrors(answer, changeFields[proof], messages) : []
  const email = showFields([mailboxField(words, form)], errors, messages)
  const newPassword = showFields([newPasswordField(words, policy)], errors, messages)
  const confirmPassword = showFields([confirmPasswordField(words)], errors, messages)
  const choices = proofs.map((each) => ({
    proof: each,
    place: placeOf(proofs, each),
    chosen: each === proof,
    fields: showFields(proofFields(each, words, form, errors), errors, messages),
  }))
  const fields = [...email, ...choices.flatMap((choice) => choice.fields), ...newPassword, ...confirmPassword]
  return {
    ...noticeView(messages, words.title, fields, answer),
    rules: rulesView(messages, policy, proofs, answer),
    words,
    given: givenMailbox(words, form, errors),
    email,
    choices,
    newPassword,
    confirmPassword,
  }
}

/**
 * The title with the mailbox in the link to the page, or null if the person must type one. Anyone can write such a link, so only
 * a valid address gets into the title.
 */
function givenMailbox({ titleOf }: Messages['page'], form: Form, errors: readonly FieldError[]) {
  const mailbox = form.given && typeof form.email === 'string' ? parseMailbox(form.email) : undefined
  if (!mailbox || errors.some(({ field }) => field === 'email')) return null
  const [before = '', after = ''] = titleOf.split('{mailbox}')
  return { before, mailbox: `${mailbox.localPart}@${mailbox.domainForms[0]}`, after }
}

function proofFields(proof: Proof, words: Messages['page'], form: Form, errors: readonly FieldError[]) {
  return proof === 'mailbox' ? [currentPasswordField(words)] : accountFields(words, form, errors)
}
