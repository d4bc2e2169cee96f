import { createHash } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { type AugmentedRequest, ipKeyGenerator, type RateLimitInfo, rateLimit } from 'express-rate-limit'
import type { Limiter } from './limiter.js'
import { showLimit } from './rate-limit-header.js'

/** Limits submissions per client address, before anything of them is read: counts, refuses, and shows what is left. */
export function createAddressLimit(
  limiter: Limiter,
  addressOf: (response: Response) => string,
): RequestHandler[] {
  const countSubmission = rateLimit({
    limit: limiter.count,
    windowMs: limiter.windowMs,
    store: { increment: limiter.hit, decrement: limiter.giveBack, resetKey: limiter.forget },
    keyGenerator: (_request, response) => ipKeyGenerator(addressOf(response as Response)),
    // Shown below, as those of the other limits.
    standardHeaders: false,
    legacyHeaders: false,
    handler(request, _response, next) {
      const { resetTime, key } = infoOf(request as Request)
      next(limiter.refusal(limiter.untilResetMs(resetTime), partitionOf(key)))
    },
    // They warn on the console, past the log, of a proxy that our own configuration rules on.
    validate: false,
  })

  function showRest(request: Request, response: Response, next: () => void): void {
    const { resetTime, key, remaining } = infoOf(request)
    const seconds = Math.ceil(limiter.untilResetMs(resetTime) / 1000)
    showLimit(response, { ...limiter, partition: partitionOf(key) }, remaining, seconds)
    next()
  }

  return [countSubmission, showRest]
}

/** What the library found. */
function infoOf(request: Request): RateLimitInfo {
  return (request as AugmentedRequest).rateLimit as RateLimitInfo
}

/** Tells addresses apart in the header without naming them. */
function partitionOf(key: string): string {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 12)
  return Buffer.from(digest).toString('base64')
}
