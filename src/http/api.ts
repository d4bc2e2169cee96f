import { type Response, Router } from 'express'
import type { Modes } from '../core/attempt.js'
import type { Answer } from './answer.js'
import type { Answering } from './answering.js'
import type { Messages } from './messages.js'
import { parseSubmission } from './parse-submission.js'
import { describePolicy } from './password-policy.js'
import { sendJson } from './problem.js'
import { readJson } from './read-body.js'
import { contextOf } from './request-context.js'
import { routeMethods } from './route-methods.js'
import type { Submit } from './submit.js'

interface ApiParts {
  readonly answering: Answering
  readonly submit: Submit
  readonly modes: Modes
  readonly passwordMinLength: number
  readonly basePath: string
  readonly version: string
  readonly messages: Messages
}

/** The JSON interface. */
export function createApiRouter(parts: ApiParts): Router {
  const { answering, submit, modes, messages } = parts
  const router = Router()
  const send = (response: Response, answer: Answer): void => sendJson(response, answer, messages)
  const policy = describePolicy(parts.passwordMinLength, messages)
  let document: Promise<object> | undefined

  /** Made when it is first asked for: few ever do, and what makes it takes memory. */
  async function sendDocument(response: Response): Promise<void> {
    document ??= import('./openapi.js').then((openapi) =>
      openapi.createOpenApiDocument(parts.basePath, modes, parts.version),
    )
    response.json(await document)
  }

  const change = answering.attempt(readJson, async (body, response) => {
    const parsed = parseSubmission(modes, body)
    const answer: Answer = parsed.ok
      ? await submit(parsed.submission, contextOf(response))
      : { code: 'invalid-request', faults: parsed.faults }
    answering.log(response, answer)
    send(response, answer)
  })

  routeMethods(router, '/password-changes', { post: change })
  routeMethods(router, '/password-policy', { get: [(_request, response) => void response.json(policy)] })
  routeMethods(router, '/openapi.json', { get: [(_request, response) => sendDocument(response)] })
  router.use((_request, response) => send(response, { code: 'not-found' }))
  router.use(answering.onError(send))
  return router
}
