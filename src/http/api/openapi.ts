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

/** Callers: anybody, or a client with its token. */
const CALLERS = [{}, { client: [] }]

/** The refusals of a submission. Webmail's forms aren't part of this interface. */
const REFUSALS = answerCodes.filter((code) => answers[code].status >= 400 && code !== 'unknown-webmail-host')

/** The refusals of a password check, which never involves the panel. */
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

/** Creates the OpenAPI 3.1 document of the JSON interface, from the schemas that check its requests and answers. */
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
          description: 'The token of a client, which may call on behalf of a person: see clientAddress',
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
          summary: 'Check a new password against the rules; it isn’t compared with the current one',
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
          summary: 'The address that the caller’s requests count for',
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
          summary: 'Whether the process is running',
          responses: {
            '200': { description: 'It is running', content: { [JSON_TYPE]: { schema: health } } },
          },
        },
      },
      '/readyz': {
        get: {
          operationId: 'readReadiness',
          summary: 'Whether changes are possible',
          responses: {
            '200': { description: 'They are', content: { [JSON_TYPE]: { schema: readiness } } },
            '503': { description: 'They aren’t, and why', content: { [JSON_TYPE]: { schema: readiness } } },
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
      summary: 'Ask for help with a forgotten password; the answer is the same for all mailboxes',
      security: CALLERS,
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: helpRequest } } },
      responses: {
        '202': {
          description: 'The request was accepted',
          content: { [JSON_TYPE]: { schema: helpRequested } },
        },
        ...problemResponses(REFUSALS),
      },
    },
  },
}

const ownerLinkPaths = {
  '/api/v1/recovery-links': {
    post: {
      operationId: 'makeRecoveryLink',
      summary: 'Make a link that can set the password of a mailbox once',
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
      summary: 'End all existing links for mailboxes of the hosting account',
      security: CALLERS,
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: linkRequest } } },
      responses: {
        '200': { description: 'The links no longer work', content: { [JSON_TYPE]: { schema: linksEnded } } },
        ...problemResponses(REFUSALS),
      },
    },
  },
}

const addressPaths = {
  '/api/v1/recovery-addresses': {
    post: {
      operationId: 'setRecoveryAddress',
      summary: 'Mail a link to an address. Following it makes the address the recovery address of a mailbox',
      security: CALLERS,
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: addressRequest } } },
      responses: {
        '202': {
          description: 'A link was sent, unless too many were sent before',
          content: { [JSON_TYPE]: { schema: addressSent } },
        },
        ...problemResponses(REFUSALS),
      },
    },
  },
  '/api/v1/recovery-addresses/confirm': {
    post: {
      operationId: 'confirmRecoveryAddress',
      summary: 'Confirm a recovery address with the link that was mailed to it',
      security: CALLERS,
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: addressConfirmation } } },
      responses: {
        '200': {
          description: 'The address was confirmed',
          content: { [JSON_TYPE]: { schema: addressConfirmed } },
        },
        ...problemResponses(REFUSALS),
      },
    },
  },
  '/api/v1/recovery-addresses/remove': {
    post: {
      operationId: 'removeRecoveryAddress',
      summary: 'Remove the recovery address shown in the answer to a change',
      security: CALLERS,
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: addressRemoval } } },
      responses: {
        '200': {
          description: 'The address was removed',
          content: { [JSON_TYPE]: { schema: addressRemoved } },
        },
        ...problemResponses(REFUSALS),
      },
    },
  },
}

/** The statuses of these codes (all except 200), each with the codes it is used for. */
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
