import { type Response, Router } from 'express'
import type { Answer } from '../../core/answer.js'
import type { Mode, Modes } from '../../core/attempt.js'
import type { Form } from '../page/form-fields.js'
import { refuseUnknownPath, routeMethods } from '../route-methods.js'
import type { Doors } from '../submission/guards.js'
import { parseSubmission } from '../submission/parse-submission.js'
import type { Answering } from '../submission/pipeline.js'
import type { Submit } from '../submission/submit.js'
import { sendText } from './plain-text.js'

interface WebmailParts {
  readonly answering: Answering
  readonly doors: Doors
  readonly submit: Submit
  readonly modes: Modes
}

/** A form that a webmail program already knows how to post, and the one answer that it takes for success. */
interface WebmailForm {
  readonly path: string
  /** The form's fields, by the member of the JSON interface that each stands for. */
  readonly fields: Readonly<Record<'email' | 'currentPassword' | 'newPassword', string>>
  readonly success: string
}

const FORMS: readonly WebmailForm[] = [
  // The panel's own endpoint, which its drivers for Roundcube and SnappyMail post to (docs/hestia.md, "What webmail
  // sends to the panel today").
  {
    path: '/reset/mail',
    fields: { email: 'email', currentPassword: 'password', newPassword: 'new' },
    success: '==ok==',
  },
  // Roundcube's httpapi driver, by the names that its documentation uses.
  {
    path: '/roundcube',
    fields: { email: 'user', currentPassword: 'curpass', newPassword: 'newpass' },
    success: 'ok',
  },
]

/** The mailbox's present password is the only proof that these programs can send. */
const MODE: Mode = 'mailbox'

/** What webmail programs post to without a plugin of ours. */
export function createWebmailRouter(parts: WebmailParts): Router {
  const router = Router()
  for (const form of FORMS) router.use(form.path, createFormRouter(form, parts))
  return router
}

function createFormRouter({ fields, success }: WebmailForm, parts: WebmailParts): Router {
  const { answering, doors, submit, modes } = parts
  const names = Object.fromEntries(Object.entries(fields).map(([member, field]) => [`/${member}`, field]))
  const send = (response: Response, answer: Answer): void => sendText(response, answer, { success, names })

  const change = answering.attempt(
    doors.webmail,
    (body, context) => submit(parseSubmission([MODE], toRequest(fields, (body ?? {}) as Form)), context),
    send,
  )

  const router = Router()
  if (modes.includes(MODE)) routeMethods(router, '/', { post: change })
  router.use(refuseUnknownPath, answering.onError(send))
  return router
}

/** The form as a request of the JSON interface; an empty field is a missing member. */
function toRequest(fields: WebmailForm['fields'], form: Form): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([member, field]) => [member, form[field] === '' ? undefined : form[field]]),
  )
}
