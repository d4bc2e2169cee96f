import { type Answer, Refused } from '../../core/answer.js'
import { isOutage, outcomeOfOutage } from '../../core/outage.js'

/** The answer to an error thrown by a guard, a rate limit, a body parser or Express. All other errors are bugs. */
export function answerToError(error: unknown): Answer {
  if (error instanceof Refused) return error.answer
  if (isOutage(error)) return outcomeOfOutage(error)
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

/** Body parsers put the kind of error into `type`. */
function hasType(error: unknown, type: string): boolean {
  return error instanceof Error && 'type' in error && error.type === type
}
