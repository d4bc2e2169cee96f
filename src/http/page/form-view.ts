import type { Answer } from '../../core/answer.js'
import type { Proof, Proofs } from '../../core/attempt.js'
import type { Messages } from '../../languages/catalogue.js'
import type { DescribedRule } from '../describe-policy.js'
import type { Form } from '../submission/read-body.js'
import {
  accountFields,
  confirmPasswordField,
  currentPasswordField,
  mailboxField,
  newPasswordField,
  showFields,
} from './field-view.js'
import { changeFields, chosenProof, type FieldError, fieldErrors } from './form-fields.js'
import { noticeView } from './notice-view.js'
import { rulesView } from './rules-view.js'

interface FormParts {
  readonly messages: Messages
  readonly proofs: Proofs
  readonly rules: readonly DescribedRule[]
  readonly passwordRules: string
}

/** All that the form's template shows. */
export function formView(parts: FormParts, form: Form, answer: Answer | undefined) {
  const { messages, proofs } = parts
  const words = messages.page
  const proof = chosenProof(proofs, form)
  const errors = answer ? fieldErrors(answer, changeFields[proof], messages) : []
  const email = showFields([mailboxField(words, form)], errors, messages)
  const newPassword = showFields([newPasswordField(words, parts.passwordRules)], errors, messages)
  const confirmPassword = showFields([confirmPasswordField(words)], errors, messages)
  const choices = proofs.map((each) => {
    const { label, hint, fields } = choiceOf(each, words, form, errors)
    const chosen = each === proof
    return { proof: each, chosen, label, hint, fields: showFields(fields, errors, messages) }
  })
  const fields = [...email, ...choices.flatMap((choice) => choice.fields), ...newPassword, ...confirmPassword]
  return {
    ...noticeView(messages, words.title, fields, answer),
    ...rulesView(parts.rules, proofs),
    words,
    email,
    choices,
    newPassword,
    confirmPassword,
  }
}

function choiceOf(proof: Proof, words: Messages['page'], form: Form, errors: readonly FieldError[]) {
  return proof === 'mailbox'
    ? { label: words.proofMailbox, hint: words.proofMailboxHint, fields: [currentPasswordField(words)] }
    : {
        label: words.proofAccount,
        hint: words.proofAccountHint,
        fields: accountFields(words, form, errors),
      }
}
