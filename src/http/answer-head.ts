import type { Response } from 'express'
import { type Answer, statusOf } from './answer.js'

/**
 * Sets what an answer has before its body, for page and API alike: the status, `Retry-After`, and the `RateLimit`
 * headers (draft-8) of the limits that are counted after the body was read.
 */
export function setHead(response: Response, answer: Answer): void {
  response.status(statusOf[answer.code])
  const seconds = retryAfterSeconds(answer)
  if (seconds !== undefined) response.setHeader('Retry-After', String(seconds))
  if (answer.code !== 'too-many-attempts' || answer.limit.name === 'address') return
  const { name, count, windowMs } = answer.limit
  response.append('RateLimit-Policy', `"${name}"; q=${count}; w=${windowMs / 1000}`)
  response.append('RateLimit', `"${name}"; r=0; t=${seconds}`)
}

/** After how many seconds another try makes sense (RFC 9110 section 10.2.3). */
function retryAfterSeconds(answer: Answer): number | undefined {
  switch (answer.code) {
    case 'too-many-attempts':
      return Math.max(1, Math.ceil(answer.limit.retryAfterMs / 1000))
    case 'panel-unavailable':
      return 30
    case 'panel-busy':
      return 10
    default:
      return undefined
  }
}
