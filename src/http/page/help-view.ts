import type { Answer } from '../../core/answer.js'
import type { Helper } from '../../core/recovery/help-request.js'
import type { Messages } from '../../languages/catalogue.js'
import type { Form } from '../submission/read-body.js'
import { mailboxField, showFields } from './field-view.js'
import { fieldErrors, helpFields } from './form-fields.js'
import { noticeView } from './notice-view.js'

/** Everything that the template `help` shows: the form for people who can't sign in. */
export function helpView(
  messages: Messages,
  offered: readonly Helper[],
  form: Form,
  answer: Answer | undefined,
) {
  const { help, page } = messages
  const errors = answer ? fieldErrors(answer, helpFields, messages) : []
  const email = showFields([mailboxField(page, form)], errors, messages)
  const chosen = offered.find((helper) => helper === form.helper) ?? offered[0]
  return {
    ...noticeView(messages, help.title, email, answer),
    help,
    email,
    choices: offered.map((helper) => ({
      helper,
      chosen: helper === chosen,
      label: help[helper],
      hint: help[`${helper}Hint`],
    })),
  }
}
