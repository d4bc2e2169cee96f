import { type Request, type Response, Router } from 'express'
import type { z } from 'zod'
import type { Modes } from '../../core/attempt.js'
import type { JudgePassword } from '../../core/password/policy.js'
import { Secret } from '../../lib/secret.js'
import {
  describePolicy,
  describeReasons,
  type PolicyInForce,
  type passwordVerdict,
} from '../describe-policy.js'
import { messagesOf } from '../negotiate-language.js'
import { contextOf } from '../request-context.js'
import { refuseUnknownPath, routeMethods } from '../route-methods.js'
import type { Doors } from '../submission/guards.js'
import { parseBody } from '../submission/parse-body.js'
import { parseSubmission } from '../submission/parse-submission.js'
import type { Answering } from '../submission/pipeline.js'
import { passwordQuestion } from '../submission/schemas.js'
import type { Submit } from '../submission/submit.js'
import { answerClientAddress } from './client-address.js'
import { sendJson } from './problem.js'

interface ApiParts {
  readonly answering: Answering
  readonly doors: Doors
  readonly submit: Submit
  readonly modes: Modes
  readonly policy: PolicyInForce
  readonly judgePassword: JudgePassword
  readonly basePath: string
  readonly version: string
}

/** The JSON interface. */
export function createApiRouter(parts: ApiParts): Router {
  const { answering, doors, submit, modes } = parts
  const router = Router()
  let document: Promise<object> | undefined

  /** Made when it is first asked for: few ever do, and what makes it takes memory. */
  async function sendDocument(response: Response): Promise<void> {
    document ??= import('./openapi.js').then((openapi) =>
      openapi.createOpenApiDocument(parts.basePath, modes, parts.version),
    )
    response.json(await document)
  }

  const change = answering.attempt(
    doors.api,
    (body, context) => submit(parseSubmission(modes, body, context.client !== undefined), context),
    sendJson,
  )

  /** No attempt at a change, so that it leaves no line in the log. */
  async function answerQuestion({ body }: Request, response: Response): Promise<void> {
    const byClient = contextOf(response).client !== undefined
    const parsed = parseBody(passwordQuestion, body, byClient)
    if (!parsed.ok) return void sendJson(response, { code: 'invalid-request', faults: parsed.faults })
    const { email, newPassword } = parsed.value
    const reasons = await parts.judgePassword(email, new Secret(newPassword), undefined)
    response.json({ reasons: describeReasons(reasons, messagesOf(response)) } satisfies z.output<
      typeof passwordVerdict
    >)
  }

  routeMethods(router, '/password-changes', { post: change })
  routeMethods(router, '/password-policy', {
    get: [(_request, response) => void response.json(describePolicy(parts.policy, messagesOf(response)))],
    post: [...doors.api, answerQuestion],
  })
  routeMethods(router, '/client-address', { get: [answerClientAddress] })
  routeMethods(router, '/openapi.json', { get: [(_request, response) => sendDocument(response)] })
  router.use(refuseUnknownPath, answering.onError(sendJson))
  return router
}
