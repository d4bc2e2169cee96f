import type { Response } from 'express'
import { type Answer, answers, retryAfterSeconds } from '../core/answer.js'
import { showLimit } from '../limits/rate-limit-header.js'

/**
 * Sets the status of an answer, `WWW-Authenticate`, `Retry-After`, and the `RateLimit` headers of a limit that was reached. The
 * page, the API and webmail share it.
 */
export function setHead(response: Response, answer: Answer): void {
  response.status(answers[answer.code].status)
  // A 401 must name the scheme (RFC 9110, section 11.6.1).
  if (answer.code === 'invalid-token') response.setHeader('WWW-Authenticate', 'Bearer')
  const seconds = retryAfterSeconds(answer)
  if (seconds === undefined) return
  response.setHeader('Retry-After', String(seconds))
  if (answer.code === 'too-many-attempts') showLimit(response, answer.limit, 0, seconds)
}
