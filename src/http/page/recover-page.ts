import type { Response, Router } from 'express'
import type { Answer } from '../../core/answer.js'
import { mailboxOfLink } from '../../core/recovery/link-form.js'
import { messagesOf } from '../negotiate-language.js'
import { createRouter, refuseUnknownPath, routeMethods } from '../route-methods.js'
import type { Redemption, Submission } from '../submission/parse-submission.js'
import { PERSON_TIMEOUT_MS } from '../submission/person-timeout.js'
import type { Face } from '../submission/pipeline.js'
import type { Form } from '../submission/read-body.js'
import { parseRedemptionForm } from './form-fields.js'
import type { PageParts } from './page-parts.js'
import { recoverView } from './recover-view.js'
import { doneView, isInDoubt, linkAnswerLostView, linkDoubtView } from './result-views.js'
import { scriptView } from './script-view.js'

const PATH = 'recover'

/**
 * The form that sets a password with a link, and its answers. The link is in the page's fragment, which browsers never send, and
 * opening the page doesn't use it up.
 */
export function createRecoverRouter(parts: PageParts): Router {
  const { pipeline, sendPage, policy } = parts

  function sendForm(response: Response, form: Form, answer?: Answer): void {
    const messages = messagesOf(response)
    const view = {
      ...recoverView({ messages, policy }, form, answer),
      ...scriptView(messages, policy, linkAnswerLostView(messages)),
    }
    sendPage(response, { path: PATH, template: 'recover', view, answer })
  }

  const face: Face<Form, Submission | Redemption> = {
    guards: parts.guards.page,
    parse: parseRedemptionForm,
    action: parts.actions.change,
    callerKind: () => 'public',
    timeoutMs: () => PERSON_TIMEOUT_MS,
    show(response, answer, form) {
      const messages = messagesOf(response)
      if (!form) sendPage.notice(response, PATH, answer)
      else if (answer.code === 'changed') {
        const mailbox = mailboxOfLink(String(form.recovery)) ?? ''
        sendPage(response, {
          path: '',
          template: 'done',
          view: doneView(messages, mailbox, parts.brand),
          answer,
        })
      } else if (isInDoubt(answer)) {
        const view = linkDoubtView(messages, answer.code)
        sendPage(response, { path: PATH, template: 'unknown', view, answer })
      } else sendForm(response, form, answer)
    },
  }

  const router = createRouter()
  routeMethods(router, '/', {
    get: [
      (_request, response) => {
        sendForm(response, {})
        parts.expectPassword()
      },
    ],
    post: pipeline.submission(face),
  })
  router.use(refuseUnknownPath, pipeline.onError(face.show))
  return router
}
