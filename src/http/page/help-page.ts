import type { Request, Response, Router } from 'express'
import type { Answer } from '../../core/answer.js'
import { wordsOf } from '../../languages/messages.js'
import { messagesOf } from '../negotiate-language.js'
import { createRouter, refuseUnknownPath, routeMethods } from '../route-methods.js'
import type { HelpActions } from '../submission/actions.js'
import type { HelpSubmission } from '../submission/parse-submission.js'
import { PERSON_TIMEOUT_MS } from '../submission/person-timeout.js'
import type { Face } from '../submission/pipeline.js'
import type { Form } from '../submission/read-body.js'
import { addressInQuery } from './change-page.js'
import { parseHelpForm } from './form-fields.js'
import { helpView } from './help-view.js'
import type { PageParts } from './page-parts.js'
import { scriptView } from './script-view.js'

const PATH = 'help'

/** The form for people who can't sign in, and its answer, which is the same for all mailboxes. */
export function createHelpRouter(parts: PageParts, { request: action, offered }: HelpActions): Router {
  const { pipeline, sendPage, policy } = parts

  function sendForm(response: Response, form: Form, answer?: Answer): void {
    const messages = messagesOf(response)
    const { help, script } = messages
    const words = { ...messages, script: { ...script, sending: help.sending } }
    const answerLost = { heading: help.title, detail: script.answerLost, steps: [help.again] }
    const view = { ...helpView(messages, offered, form, answer), ...scriptView(words, policy, answerLost) }
    const email = typeof form.email === 'string' ? form.email : ''
    sendPage(response, { path: PATH, template: 'help', view, answer, email })
  }

  function sendAsked(response: Response, form: Form, answer: Answer): void {
    const messages = messagesOf(response)
    const { askedAdministrator, askedAddress } = messages.help
    const detail = form.helper === 'address' ? askedAddress : askedAdministrator
    const view = { heading: wordsOf(answer, messages).title, detail }
    sendPage(response, { path: '', template: 'asked', view, answer })
  }

  const face: Face<Form, HelpSubmission> = {
    guards: parts.guards.page,
    parse: (form) => parseHelpForm(offered, form),
    action,
    callerKind: () => 'public',
    timeoutMs: () => PERSON_TIMEOUT_MS,
    show(response, answer, form) {
      if (!form) sendPage.notice(response, PATH, answer)
      else if (answer.code === 'recovery-requested') sendAsked(response, form, answer)
      else sendForm(response, form, answer)
    },
  }

  const router = createRouter()
  routeMethods(router, '/', {
    get: [(request: Request, response: Response) => sendForm(response, { email: addressInQuery(request) })],
    post: pipeline.submission(face),
  })
  router.use(refuseUnknownPath, pipeline.onError(face.show))
  return router
}
