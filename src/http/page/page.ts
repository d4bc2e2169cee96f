import type { Request, Response, Router } from 'express'
import type { Answer } from '../../core/answer.js'
import type { Proofs } from '../../core/attempt.js'
import { normalizeAddress } from '../../core/typed-text.js'
import { wordsOf } from '../../languages/messages.js'
import { setHead } from '../answer-head.js'
import { describePolicy } from '../describe-policy.js'
import { messagesOf } from '../negotiate-language.js'
import { contextOf } from '../request-context.js'
import { createRouter, refuseUnknownPath, routeMethods } from '../route-methods.js'
import type { Actions } from '../submission/actions.js'
import type { Guards } from '../submission/guards.js'
import type { Redemption, Submission } from '../submission/parse-submission.js'
import { PERSON_PATIENCE_MS } from '../submission/patience.js'
import type { Face, Pipeline } from '../submission/pipeline.js'
import type { Form } from '../submission/read-body.js'
import { parseForm } from './form-fields.js'
import { formView } from './form-view.js'
import { type FrameParts, formHref, frameView } from './layout-view.js'
import { doneView, doubtView, isInDoubt } from './result-views.js'
import { type PagePolicy, scriptView } from './script-view.js'
import type { Render } from './templates.js'

interface PageParts extends FrameParts {
  readonly pipeline: Pipeline
  readonly actions: Actions
  readonly guards: Guards
  readonly proofs: Proofs
  readonly policy: PagePolicy
  readonly render: Render
  /** Told when a form is shown: a new password may come soon. */
  readonly expectPassword: () => void
}

/** The page: the form, its answers, and notices for what is no form at all. */
export function createPageRouter(parts: PageParts): Router {
  const { pipeline, guards, proofs, basePath, brand, render } = parts
  const router = createRouter()

  function send(response: Response, template: string, answer: string, view: object, email = ''): void {
    const messages = messagesOf(response)
    const frame = frameView(parts, messages, email)
    const shared = {
      frame,
      words: messages.page,
      formHref: formHref(basePath, messages.language),
      requestId: contextOf(response).requestId,
      answer,
    }
    response.send(render(template, { ...shared, ...view }))
  }

  function sendForm(response: Response, form: Form, answer?: Answer): void {
    if (answer) setHead(response, answer)
    const messages = messagesOf(response)
    const { rules, passwordRules } = describePolicy(parts.policy, messages)
    const view = formView({ messages, proofs, rules, passwordRules }, form, answer)
    const email = typeof form.email === 'string' ? form.email : ''
    send(response, 'form', answer?.code ?? 'none', { ...view, ...scriptView(messages, parts.policy) }, email)
  }

  function sendNotice(response: Response, answer: Answer): void {
    setHead(response, answer)
    const { title, detail } = wordsOf(answer, messagesOf(response))
    send(response, 'notice', answer.code, { heading: title, detail })
  }

  const face: Face<Form, Submission | Redemption> = {
    guards: guards.page,
    parse: (form) => parseForm(proofs, form),
    action: parts.actions.change,
    callerKind: () => 'public',
    patienceMs: () => PERSON_PATIENCE_MS,
    show(response, answer, form) {
      if (!form) return sendNotice(response, answer)
      if (answer.code !== 'changed' && !isInDoubt(answer)) return sendForm(response, form, answer)
      setHead(response, answer)
      const messages = messagesOf(response)
      if (isInDoubt(answer)) return send(response, 'unknown', answer.code, doubtView(messages, answer))
      send(response, 'done', answer.code, doneView(messages, normalizeAddress(String(form.email)), brand))
    },
  }

  routeMethods(router, '/', {
    get: [
      (request, response) => {
        sendForm(response, { email: addressInQuery(request) })
        parts.expectPassword()
      },
    ],
    post: pipeline.submission(face),
  })
  // Those that are there have been served before.
  routeMethods(router, '/assets/*path', { get: [refuseUnknownPath] })
  router.use(refuseUnknownPath, pipeline.onError(face.show))
  return router
}

/** Webmail links here with the person's address. */
function addressInQuery(request: Request): string {
  const { email } = request.query
  return typeof email === 'string' && email.length <= 320 ? email : ''
}
