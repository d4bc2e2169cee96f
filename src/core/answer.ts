import type { Outcome } from './attempt.js'
import type { ReachedLimit } from './attempt-limits.js'

/** What is wrong with one member of a request. */
export const fieldFaultCodes = [
  'not-json',
  'required',
  'unknown',
  'not-text',
  'not-object',
  'unreadable',
  'not-an-address',
  'not-an-ip-address',
  'not-an-account-name',
  'not-a-code',
  'differs',
] as const

export type FieldFaultCode = (typeof fieldFaultCodes)[number]

/** A fault and where it is: a JSON pointer (RFC 6901) into the request. */
export interface FieldFault {
  readonly pointer: string
  readonly code: FieldFaultCode
}

/** A request that got no further than HTTP. */
export type RequestRefusal =
  | { readonly code: 'invalid-request'; readonly faults: readonly FieldFault[] }
  | { readonly code: 'too-many-attempts'; readonly limit: ReachedLimit }
  | {
      readonly code:
        | 'payload-too-large'
        | 'unsupported-media-type'
        | 'cross-site-request'
        | 'invalid-token'
        | 'unknown-webmail-host'
        | 'not-found'
        | 'method-not-allowed'
        | 'internal-error'
    }

/** All that the service can answer to a submission. */
export type Answer = Outcome | RequestRefusal
export type AnswerCode = Answer['code']

/** The one table from what happened to the HTTP status, for page, API and webmail alike. */
export const statusOf: Readonly<Record<AnswerCode, number>> = {
  changed: 200,
  'invalid-request': 400,
  'invalid-token': 401,
  'invalid-credentials': 403,
  'code-required': 403,
  'mailbox-suspended': 403,
  'cross-site-request': 403,
  'unknown-webmail-host': 403,
  'mailbox-not-found': 404,
  'not-found': 404,
  'method-not-allowed': 405,
  'mailbox-ambiguous': 409,
  'payload-too-large': 413,
  'unsupported-media-type': 415,
  'password-rejected': 422,
  'too-many-attempts': 429,
  'internal-error': 500,
  'panel-misconfigured': 502,
  'panel-failed': 502,
  'panel-unavailable': 503,
  'mail-server-unavailable': 503,
  'panel-busy': 503,
  'store-unavailable': 503,
  'breach-check-unavailable': 503,
  'outcome-unknown': 504,
}
