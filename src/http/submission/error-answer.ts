import type { Answer } from '../../core/answer.js'
import { AddressLimitExceeded } from '../../core/attempt-limits.js'
import { StoreUnavailable } from '../../core/outage.js'
import { BreachCheckUnavailable } from '../../core/password/breach-check.js'
import { MethodNotAllowed } from '../route-methods.js'
import { UnknownWebmailHost } from '../webmail/webmail-hosts.js'
import { InvalidToken } from './clients.js'
import { CrossSiteRequest } from './cross-site.js'
import { UnsupportedMediaType } from './read-body.js'

/** What to answer to an error that Express, a body parser or one of our own handlers raised. */
export function answerToError(error: unknown): Answer {
  if (error instanceof AddressLimitExceeded) return { code: 'too-many-attempts', limit: error.limit }
  if (error instanceof StoreUnavailable) return { code: error.code }
  if (error instanceof BreachCheckUnavailable) return { code: error.code, reason: error.reason }
  if (error instanceof MethodNotAllowed) return { code: 'method-not-allowed' }
  if (error instanceof CrossSiteRequest) return { code: 'cross-site-request' }
  if (error instanceof InvalidToken) return { code: 'invalid-token' }
  if (error instanceof UnknownWebmailHost) return { code: 'unknown-webmail-host' }
  if (error instanceof UnsupportedMediaType) return { code: 'unsupported-media-type' }
  if (hasType(error, 'entity.parse.failed')) {
    return { code: 'invalid-request', faults: [{ pointer: '', code: 'not-json' }] }
  }
  if (hasType(error, 'parameters.too.many')) return { code: 'invalid-request', faults: [] }
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500
  if (status === 413) return { code: 'payload-too-large' }
  if (status === 415) return { code: 'unsupported-media-type' }
  if (status >= 400 && status < 500) return { code: 'invalid-request', faults: [] }
  return { code: 'internal-error' }
}

/** The body parsers name what went wrong by a type. */
function hasType(error: unknown, type: string): boolean {
  return error instanceof Error && 'type' in error && error.type === type
}
