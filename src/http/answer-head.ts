import type { Response } from 'express'
import { type Answer, answers, retryAfterSeconds } from '../core/answer.js'

/**
 * Sets what an answer has before its body, for page, API and webmail alike: the status, `WWW-Authenticate`,
 * `Retry-After`, and the `RateLimit` headers (draft-8) of the limits that are counted after the body was read.
 */
export function setHead(response: Response, answer: Answer): void {
  response.status(answers[answer.code].status)
  // RFC 9110 section 11.6.1: a 401 names the scheme that it wants.
  if (answer.code === 'invalid-token') response.setHeader('WWW-Authenticate', 'Bearer')
  const seconds = retryAfterSeconds(answer)
  if (seconds !== undefined) response.setHeader('Retry-After', String(seconds))
  if (answer.code !== 'too-many-attempts' || answer.limit.name === 'address') return
  const { name, count, windowMs } = answer.limit
  response.append('RateLimit-Policy', `"${name}"; q=${count}; w=${windowMs / 1000}`)
  response.append('RateLimit', `"${name}"; r=0; t=${seconds}`)
}
