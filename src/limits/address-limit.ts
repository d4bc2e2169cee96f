import type { RequestHandler, Response } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import { Refused } from '../core/answer.js'
import type { Limit, LimitStore } from '../core/attempt-limits.js'

/** Limits submissions per client address, before anything of them is read; refuses with `Refused`. */
export function createAddressLimit(
  limit: Limit,
  store: LimitStore,
  addressOf: (response: Response) => string,
): RequestHandler {
  return rateLimit({
    limit: limit.count,
    windowMs: limit.windowMs,
    store,
    keyGenerator: (_request, response) => ipKeyGenerator(addressOf(response as Response)),
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'address',
    handler(_request, response, next) {
      // The library has just set it.
      const retryAfterMs = Number(response.getHeader('retry-after')) * 1000
      next(new Refused({ code: 'too-many-attempts', limit: { ...limit, name: 'address', retryAfterMs } }))
    },
    // They warn on the console, past the log, of a proxy that our own configuration rules on.
    validate: false,
  })
}
