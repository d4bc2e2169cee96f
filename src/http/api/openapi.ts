import * as z from 'zod'
import { createDocument } from 'zod-openapi'
import { type AnswerCode, answerCodes, answers } from '../../core/answer.js'
import type { Proofs } from '../../core/attempt.js'
import { passwordVerdict, policyDescription } from '../describe-policy.js'
import { health, readiness } from '../health.js'
import type { Actions } from '../submission/actions.js'
import {
  accountChange,
  addressConfirmation,
  addressRemoval,
  addressRequest,
  helpRequest,
  linkChange,
  linkRequest,
  mailboxChange,
  passwordQuestion,
} from '../submission/schemas.js'
import { countedAddress } from './client-address.js'
import {
  addressConfirmed,
  addressRemoved,
  addressSent,
  changed,
  helpRequested,
  linkMade,
  linksEnded,
  problem,
} from './problem.js'

const JSON_TYPE = 'application/json'

/** Anybody, or a client with its token. */
const CALLERS = [{}, { client: [] }]

/** What can stand in the way of a submission; webmail's forms are no part of this interface. */
const REFUSALS = answerCodes.filter((code) => answers[code].status >= 400 && code !== 'unknown-webmail-host')

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
export function createOpenApiDocument(basePath: string, proofs: Proofs, actions: Actions, version: string) {
  const bodies = proofs.map((proof) => (proof === 'mailbox' ? mailboxChange : accountChange))
  const { recovery } = actions
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
            content: { [JSON_TYPE]: { schema: z.union(recovery ? [...bodies, linkChange] : bodies) } },
          },
          responses: {
            '200': { description: 'The password was changed', content: { [JSON_TYPE]: { schema: changed } } },
            ...problemResponses(REFUSALS),
          },
        },
      },
      ...(recovery?.ownerLinks && ownerLinkPaths),
      ...(recovery?.help && helpPaths),
      ...(recovery?.addresses && addressPaths),
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

const helpPaths = {
  '/api/v1/recovery-requests': {
    post: {
      operationId: 'requestHelp',
      summary: 'Ask for help with a mailbox whose password is lost; the answer is the same for all mailboxes',
      security: CALLERS,
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: helpRequest } } },
      responses: {
        '202': { description: 'It was taken', content: { [JSON_TYPE]: { schema: helpRequested } } },
        ...problemResponses(REFUSALS),
      },
    },
  },
}

const ownerLinkPaths = {
  '/api/v1/recovery-links': {
    post: {
      operationId: 'makeRecoveryLink',
      summary: 'Make a link that lets its holder set the password of a mailbox, once',
      security: CALLERS,
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: linkRequest } } },
      responses: {
        '201': { description: 'The link', content: { [JSON_TYPE]: { schema: linkMade } } },
        ...problemResponses(REFUSALS),
      },
    },
  },
  '/api/v1/recovery-links/end': {
    post: {
      operationId: 'endRecoveryLinks',
      summary: 'End all links for mailboxes of the hosting account that were made until now',
      security: CALLERS,
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: linkRequest } } },
      responses: {
        '200': { description: 'They were ended', content: { [JSON_TYPE]: { schema: linksEnded } } },
        ...problemResponses(REFUSALS),
      },
    },
  },
}

const addressPaths = {
  '/api/v1/recovery-addresses': {
    post: {
      operationId: 'setRecoveryAddress',
      summary:
        'Mail a link to an address, which becomes the recovery address of a mailbox when the link is followed',
      security: CALLERS,
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: addressRequest } } },
      responses: {
        '202': {
          description: 'A link is on its way, unless too many were sent',
          content: { [JSON_TYPE]: { schema: addressSent } },
        },
        ...problemResponses(REFUSALS),
      },
    },
  },
  '/api/v1/recovery-addresses/confirm': {
    post: {
      operationId: 'confirmRecoveryAddress',
      summary: 'Confirm a recovery address by the link that was mailed to it',
      security: CALLERS,
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: addressConfirmation } } },
      responses: {
        '200': { description: 'It is confirmed', content: { [JSON_TYPE]: { schema: addressConfirmed } } },
        ...problemResponses(REFUSALS),
      },
    },
  },
  '/api/v1/recovery-addresses/remove': {
    post: {
      operationId: 'removeRecoveryAddress',
      summary: 'Remove the recovery address that the answer to a change has shown',
      security: CALLERS,
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: addressRemoval } } },
      responses: {
        '200': { description: 'It is removed', content: { [JSON_TYPE]: { schema: addressRemoved } } },
        ...problemResponses(REFUSALS),
      },
    },
  },
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
