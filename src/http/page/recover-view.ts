import type { Answer } from '../../core/answer.js'
import type { Messages } from '../../languages/catalogue.js'
import type { DescribedRule } from '../describe-policy.js'
import type { Form } from '../submission/read-body.js'
import {
  confirmPasswordField,
  linkedMailboxField,
  linkField,
  newPasswordField,
  showFields,
} from './field-view.js'
import { fieldErrors, redemptionFields } from './form-fields.js'
import { noticeView } from './notice-view.js'
import { rulesView } from './rules-view.js'

interface RecoverParts {
  readonly messages: Messages
  readonly rules: readonly DescribedRule[]
  readonly passwordRules: string
}

/** All that the template `recover` shows: the form that sets a password by a link. */
export function recoverView(
  { messages, rules, passwordRules }: RecoverParts,
  form: Form,
  answer: Answer | undefined,
) {
  const { page, recover } = messages
  const errors = answer ? fieldErrors(answer, redemptionFields, messages) : []
  const email = showFields([linkedMailboxField(page)], errors, messages)
  const link = showFields([linkField(recover, form, answer)], errors, messages)
  const newPassword = showFields([newPasswordField(page, passwordRules)], errors, messages)
  const confirmPassword = showFields([confirmPasswordField(page)], errors, messages)
  return {
    ...noticeView(messages, recover.title, [...link, ...newPassword, ...confirmPassword], answer),
    ...rulesView(rules, []),
    recover,
    newLink: answer?.code === 'recovery-invalid' ? recover.newLink : '',
    email,
    link,
    newPassword,
    confirmPassword,
  }
}
