import * as z from 'zod'
import { createDocument } from 'zod-openapi'
import { type AnswerCode, answerCodes, answers } from '../../core/answer.js'
import type { Proofs } from '../../core/attempt.js'
import { passwordVerdict, policyDescription } from '../describe-policy.js'
import { health, readiness } from '../health.js'
import { accountChange, mailboxChange, passwordQuestion } from '../submission/schemas.js'
import { countedAddress } from './client-address.js'
import { changed, problem } from './problem.js'

const JSON_TYPE = 'application/json'

/** Anybody, or a client with its token. */
const CALLERS = [{}, { client: [] }]

/** What can stand in the way of a change; webmail's forms are no part of this interface. */
const CHANGE_REFUSALS = answerCodes.filter((code) => code !== 'unknown-webmail-host')

/** What can stand in the way of a question, which the panel has no part in. */
const QUESTION_REFUSALS: readonly AnswerCode[] = [
  'invalid-request',
  'invalid-token',
  'cross-site-request',
  'method-not-allowed',
  'payload-too-large',
  'unsupported-media-type',
  'too-many-attempts',
  'internal-error',
  'breach-check-unavailable',
  'panel-busy',
]

/** The OpenAPI 3.1 document of the JSON interface, made from the schemas that check its requests and answers. */
export function createOpenApiDocument(basePath: string, proofs: Proofs, version: string) {
  const bodies = proofs.map((proof) => (proof === 'mailbox' ? mailboxChange : accountChange))
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Rekey', version, description: 'Changes mailbox passwords on a Hestia panel.' },
    servers: [{ url: basePath === '' ? '/' : basePath }],
    components: {
      securitySchemes: {
        client: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token of a program that may call on behalf of a person: see clientAddress',
        },
      },
    },
    paths: {
      '/api/v1/password-changes': {
        post: {
          operationId: 'changePassword',
          summary: 'Change the password of a mailbox',
          security: CALLERS,
          requestBody: {
            required: true,
            content: { [JSON_TYPE]: { schema: z.union(bodies) } },
          },
          responses: {
            '200': { description: 'The password was changed', content: { [JSON_TYPE]: { schema: changed } } },
            ...problemResponses(CHANGE_REFUSALS),
          },
        },
      },
      '/api/v1/password-policy': {
        get: {
          operationId: 'readPasswordPolicy',
          summary: 'The rules for a new password',
          responses: {
            '200': { description: 'The rules', content: { [JSON_TYPE]: { schema: policyDescription } } },
          },
        },
        post: {
          operationId: 'checkPassword',
          summary: 'Which rules a new password breaks; whether it is the present one is not looked at',
          security: CALLERS,
          requestBody: { required: true, content: { [JSON_TYPE]: { schema: passwordQuestion } } },
          responses: {
            '200': { description: 'The verdict', content: { [JSON_TYPE]: { schema: passwordVerdict } } },
            ...problemResponses(QUESTION_REFUSALS),
          },
        },
      },
      '/api/v1/client-address': {
        get: {
          operationId: 'readClientAddress',
          summary: 'The address that the caller is counted by',
          responses: {
            '200': {
              description: 'The caller’s own address',
              content: { [JSON_TYPE]: { schema: countedAddress } },
            },
          },
        },
      },
      '/healthz': {
        get: {
          operationId: 'readHealth',
          summary: 'Whether the process runs',
          responses: { '200': { description: 'It does', content: { [JSON_TYPE]: { schema: health } } } },
        },
      },
      '/readyz': {
        get: {
          operationId: 'readReadiness',
          summary: 'Whether a change could be made',
          responses: {
            '200': { description: 'It could', content: { [JSON_TYPE]: { schema: readiness } } },
            '503': { description: 'It could not, and why', content: { [JSON_TYPE]: { schema: readiness } } },
          },
        },
      },
    },
  })
}

/** Every status but that of success, with the codes that it stands for. */
function problemResponses(codes: readonly AnswerCode[]) {
  const statuses = new Set(codes.map((code) => answers[code].status).filter((status) => status !== 200))
  return Object.fromEntries(
    [...statuses].map((status) => [
      `${status}` as `${4 | 5}${string}`,
      {
        description: codes.filter((code) => answers[code].status === status).join(', '),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  )
}
