import type { Answer } from '../../core/answer.js'
import type { Messages } from '../../languages/catalogue.js'
import type { PolicyInForce } from '../describe-policy.js'
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
  readonly policy: PolicyInForce
}

/** Everything that the template `recover` shows: the form that sets a password with a link. */
export function recoverView({ messages, policy }: RecoverParts, form: Form, answer: Answer | undefined) {
  const { page, recover } = messages
  const errors = answer ? fieldErrors(answer, redemptionFields, messages) : []
  const email = showFields([linkedMailboxField(page)], errors, messages)
  const link = showFields([linkField(recover, form, answer)], errors, messages)
  const newPassword = showFields([newPasswordField(page, policy)], errors, messages)
  const confirmPassword = showFields([confirmPasswordField(page)], errors, messages)
  return {
    ...noticeView(messages, recover.title, [...link, ...newPassword, ...confirmPassword], answer),
    rules: rulesView(messages, policy, [], answer),
    recover,
    newLink: answer?.code === 'recovery-invalid' ? recover.newLink : '',
    email,
    link,
    newPassword,
    confirmPassword,
  }
}
