import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Modes } from '../core/attempt.js'
import type { Answer } from './answer.js'
import { setHead } from './answer-head.js'
import type { Answering } from './answering.js'
import type { Doors } from './doors.js'
import { confirmationFaults, type Form, toRequest } from './form-fields.js'
import { formView } from './form-view.js'
import { type Messages, wordsOf } from './messages.js'
import { type ParsedSubmission, parseSubmission } from './parse-submission.js'
import { describePolicy, type PolicyInForce } from './password-policy.js'
import { contextOf } from './request-context.js'
import { routeMethods } from './route-methods.js'
import type { Submit } from './submit.js'
import type { Render } from './views.js'

interface PageParts {
  readonly answering: Answering
  readonly doors: Doors
  readonly submit: Submit
  readonly modes: Modes
  readonly policy: PolicyInForce
  readonly basePath: string
  readonly messages: Messages
  readonly render: Render
  readonly assetsDirectory: string
}

/** The page: the form, its answers, and notices for what is no form at all. */
export function createPageRouter(parts: PageParts): Router {
  const { answering, doors, submit, modes, basePath, messages, render } = parts
  const router = Router()
  const rules = describePolicy(parts.policy, messages).rules.map((rule) => rule.message)

  function sendForm(response: Response, form: Form, answer?: Answer): void {
    if (answer) setHead(response, answer)
    const view = formView(messages, modes, rules, form, answer)
    response.send(render('form', { ...view, basePath, requestId: contextOf(response).requestId }))
  }

  function sendNotice(response: Response, answer: Answer): void {
    setHead(response, answer)
    const { title, detail } = wordsOf(answer, messages)
    const reference = answer.code === 'changed' ? '' : contextOf(response).requestId
    response.send(render('notice', { heading: title, detail, reference, words: messages.page, basePath }))
  }

  function sendAnswer(response: Response, answer: Answer, body: unknown): void {
    if (answer.code === 'changed') sendNotice(response, answer)
    else sendForm(response, formOf(body), answer)
  }

  const change = answering.attempt(
    doors.page,
    (body, context) => submit(parseForm(modes, formOf(body)), context),
    sendAnswer,
  )

  routeMethods(router, '/', {
    get: [(request, response) => sendForm(response, { email: addressInQuery(request) })],
    post: change,
  })
  router.use('/assets', serveAssets(parts.assetsDirectory))
  routeMethods(router, '/assets/*path', {
    get: [(_request, response) => sendNotice(response, { code: 'not-found' })],
  })
  router.use((_request, response) => sendNotice(response, { code: 'not-found' }))
  router.use(answering.onError(sendNotice))
  return router
}

/** What arrived as a form; nothing where there was no body. */
function formOf(body: unknown): Form {
  return (body ?? {}) as Form
}

function parseForm(modes: Modes, form: Form): ParsedSubmission {
  const parsed = parseSubmission(modes, toRequest(modes, form))
  const faults = [...(parsed.ok ? [] : parsed.faults), ...confirmationFaults(form)]
  return faults.length === 0 ? parsed : { ok: false, faults }
}

/** Kept by the browser, and asked for again at each use: an upgrade shows at once. */
function serveAssets(directory: string): RequestHandler {
  return express.static(directory, {
    index: false,
    redirect: false,
    acceptRanges: false,
    setHeaders: (response) => response.setHeader('Cache-Control', 'no-cache'),
  })
}

/** Webmail links here with the person's address. */
function addressInQuery(request: Request): string {
  const { email } = request.query
  return typeof email === 'string' && email.length <= 320 ? email : ''
}
