import type { Request, Response, Router } from 'express'
import type { Answer } from '../../core/answer.js'
import { normalizeAddress } from '../../core/typed-text.js'
import { messagesOf } from '../negotiate-language.js'
import { createRouter, routeMethods } from '../route-methods.js'
import type { Redemption, Submission } from '../submission/parse-submission.js'
import { PERSON_TIMEOUT_MS } from '../submission/person-timeout.js'
import type { Face } from '../submission/pipeline.js'
import type { Form } from '../submission/read-body.js'
import { ownAddressView } from './address-view.js'
import { chosenProof, parseForm, placeOf } from './form-fields.js'
import { formView } from './form-view.js'
import { pageHref } from './layout-view.js'
import { linkButtonView } from './link-view.js'
import type { PageParts } from './page-parts.js'
import { answerLostView, doneView, doubtView, isInDoubt } from './result-views.js'
import { scriptView } from './script-view.js'

/** The form that changes a password with a proof, and its answers. */
export function createChangeRouter(parts: PageParts): Router {
  const { pipeline, proofs, sendPage, policy, basePath } = parts
  const { recovery } = parts.actions

  function sendForm(response: Response, form: Form, answer?: Answer): void {
    const messages = messagesOf(response)
    const email = typeof form.email === 'string' ? form.email : ''
    const { help, language, recoveryAddress } = messages
    const view = {
      ...formView({ messages, proofs, policy }, form, answer),
      ...scriptView(messages, policy, answerLostView(messages)),
      help,
      helpHref: recovery?.help ? pageHref(basePath, 'help', language, email) : '',
      recoveryAddress,
      addressHref: recovery?.addresses ? pageHref(basePath, 'recovery-address', language, email) : '',
      linkButton: recovery?.ownerLinks
        ? {
            ...linkButtonView(messages, pageHref(basePath, 'link', language)),
            place: placeOf(proofs, 'account'),
          }
        : null,
    }
    sendPage(response, { path: '', template: 'form', view, answer, email })
  }

  function sendDone(response: Response, form: Form, answer: Extract<Answer, { code: 'changed' }>): void {
    const messages = messagesOf(response)
    const { language } = messages
    const mailbox = normalizeAddress(String(form.email))
    const hrefs = {
      set: pageHref(basePath, 'recovery-address', language, mailbox),
      remove: pageHref(basePath, 'recovery-address/remove', language),
    }
    const isUser = recovery?.addresses && chosenProof(proofs, form) === 'mailbox'
    const view = {
      ...doneView(messages, mailbox, parts.brand),
      ownAddress: isUser ? ownAddressView(messages, answer.recoveryAddress, hrefs) : null,
    }
    sendPage(response, { path: '', template: 'done', view, answer })
  }

  const face: Face<Form, Submission | Redemption> = {
    guards: parts.guards.page,
    parse: (form) => parseForm(proofs, form),
    action: parts.actions.change,
    callerKind: () => 'public',
    timeoutMs: () => PERSON_TIMEOUT_MS,
    show(response, answer, form) {
      const messages = messagesOf(response)
      if (!form) sendPage.notice(response, '', answer)
      else if (answer.code === 'changed') sendDone(response, form, answer)
      else if (isInDoubt(answer)) {
        sendPage(response, { path: '', template: 'unknown', view: doubtView(messages, answer), answer })
      } else sendForm(response, form, answer)
    },
  }

  const router = createRouter()
  routeMethods(router, '/', {
    get: [
      (request, response) => {
        sendForm(response, { email: addressInQuery(request), given: 'by-link' })
        parts.expectPassword()
      },
    ],
    post: pipeline.submission(face),
  })
  router.use(pipeline.onError(face.show))
  return router
}

/** The mailbox in the link to the page, if there is one. Webmail adds the person's. */
export function addressInQuery({ query: { email } }: Request): string {
  return typeof email === 'string' && email.length <= 320 ? email : ''
}
