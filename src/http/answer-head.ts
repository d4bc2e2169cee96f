import type { Response } from 'express'
import { type Answer, answers, retryAfterSeconds } from '../core/answer.js'
import { showLimit } from '../limits/rate-limit-header.js'

/**
 * Sets what an answer has before its body, for page, API and webmail alike: the status, `WWW-Authenticate`,
 * `Retry-After`, and the `RateLimit` headers of a limit that was reached.
 */
export function setHead(response: Response, answer: Answer): void {
  response.status(answers[answer.code].status)
  // RFC 9110 section 11.6.1: a 401 names the scheme that it wants.
  if (answer.code === 'invalid-token') response.setHeader('WWW-Authenticate', 'Bearer')
  const seconds = retryAfterSeconds(answer)
  if (seconds === undefined) return
  response.setHeader('Retry-After', String(seconds))
  if (answer.code === 'too-many-attempts') showLimit(response, answer.limit, 0, seconds)
}
