import type { Request, Response, Router } from 'express'
import type { z } from 'zod'
import { Refused } from '../../core/answer.js'
import type { Proofs } from '../../core/attempt.js'
import type { CheckPolicy } from '../../core/password/policy.js'
import { Secret } from '../../lib/secret.js'
import {
  describePolicy,
  describeReasons,
  type PolicyInForce,
  type passwordVerdict,
} from '../describe-policy.js'
import { messagesOf } from '../negotiate-language.js'
import { contextOf } from '../request-context.js'
import { createRouter, refuseUnknownPath, routeMethods } from '../route-methods.js'
import type { Actions } from '../submission/actions.js'
import type { Guards } from '../submission/guards.js'
import { type ParsedBody, parseBody } from '../submission/parse-body.js'
import {
  parseAddressRequest,
  parseChange,
  parseConfirmation,
  parseHelpRequest,
  parseLinkRequest,
  parseRemoval,
  parseSubmission,
} from '../submission/parse-submission.js'
import type { Action, Face, Pipeline } from '../submission/pipeline.js'
import { passwordQuestion } from '../submission/schemas.js'
import { answerClientAddress } from './client-address.js'
import { createOpenApiDocument } from './openapi.js'
import { sendJson } from './problem.js'

interface ApiParts {
  readonly pipeline: Pipeline
  readonly actions: Actions
  readonly guards: Guards
  readonly proofs: Proofs
  readonly policy: PolicyInForce
  readonly checkPolicy: CheckPolicy
  readonly basePath: string
  readonly version: string
  /** The time limit of a change in ms. */
  readonly requestTimeoutMs: number
}

/** The JSON interface. */
export function createApiRouter(parts: ApiParts): Router {
  const { pipeline, guards, proofs } = parts
  const router = createRouter()
  let document: object | undefined

  /** Created on the first request, because it is rarely needed. */
  function sendDocument(response: Response): void {
    document ??= createOpenApiDocument(parts.basePath, proofs, parts.actions, parts.version)
    response.json(document)
  }

  function faceOf<Value>(
    action: Action<Value>,
    parse: (body: unknown, byClient: boolean) => ParsedBody<Value>,
  ): Face<unknown, Value> {
    return {
      guards: guards.api,
      parse: (body, { client }) => parse(body, client !== undefined),
      action,
      callerKind: ({ client }) => (client === undefined ? 'public' : 'client'),
      timeoutMs: () => parts.requestTimeoutMs,
      show: sendJson,
    }
  }

  /** This isn't an attempt at a change, so it isn't logged. */
  async function answerQuestion({ body }: Request, response: Response): Promise<void> {
    const { client, clientAddress } = contextOf(response)
    const parsed = parseBody(passwordQuestion, body, client !== undefined)
    if (!parsed.ok) throw new Refused({ code: 'invalid-request', faults: parsed.faults })
    const { email, newPassword } = parsed.value
    const reasons = await parts.checkPolicy(email, new Secret(newPassword), undefined, clientAddress)
    response.json({ reasons: describeReasons(reasons, messagesOf(response)) } satisfies z.output<
      typeof passwordVerdict
    >)
  }

  const { change, recovery } = parts.actions
  const parse = recovery ? parseChange : parseSubmission
  const changeFace = faceOf(change, (body, byClient) => parse(proofs, body, byClient))
  routeMethods(router, '/password-changes', { post: pipeline.submission(changeFace) })
  const ownerLinks = recovery?.ownerLinks
  if (ownerLinks) {
    routeMethods(router, '/recovery-links', {
      post: pipeline.submission(faceOf(ownerLinks.make, parseLinkRequest)),
    })
    routeMethods(router, '/recovery-links/end', {
      post: pipeline.submission(faceOf(ownerLinks.end, parseLinkRequest)),
    })
  }
  const help = recovery?.help
  if (help) {
    const parseHelp = (body: unknown, byClient: boolean) => parseHelpRequest(help.offered, body, byClient)
    routeMethods(router, '/recovery-requests', { post: pipeline.submission(faceOf(help.request, parseHelp)) })
  }
  const addresses = recovery?.addresses
  if (addresses) {
    routeMethods(router, '/recovery-addresses', {
      post: pipeline.submission(faceOf(addresses.set, parseAddressRequest)),
    })
    routeMethods(router, '/recovery-addresses/confirm', {
      post: pipeline.submission(faceOf(addresses.confirm, parseConfirmation)),
    })
    routeMethods(router, '/recovery-addresses/remove', {
      post: pipeline.submission(faceOf(addresses.remove, parseRemoval)),
    })
  }
  routeMethods(router, '/password-policy', {
    get: [(_request, response) => void response.json(describePolicy(parts.policy, messagesOf(response)))],
    post: [...guards.api, answerQuestion],
  })
  routeMethods(router, '/client-address', { get: [answerClientAddress] })
  routeMethods(router, '/openapi.json', { get: [(_request, response) => sendDocument(response)] })
  router.use(refuseUnknownPath, pipeline.onError(sendJson))
  return router
}
