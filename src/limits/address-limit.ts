import { createHash } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { type AugmentedRequest, ipKeyGenerator, type RateLimitInfo, rateLimit } from 'express-rate-limit'
import type { Refused } from '../core/answer.js'
import type { AttemptContext } from '../core/attempt-context.js'
import type { Hits } from '../core/attempt-limits.js'
import type { Limiter } from './limiter.js'
import { showLimit } from './rate-limit-header.js'

/** How many refused addresses are remembered. If there are more, all are forgotten, and the store refuses them again. */
const MAX_REFUSED = 10_000

/** Who sends a submission, and when it arrived. */
type Caller = Pick<AttemptContext, 'clientAddress' | 'arrivedMs'>

/** Limits submissions per client address. */
export interface AddressLimit {
  /** To be passed before anything of a submission is read: counts, refuses, and shows what is left. */
  readonly guard: readonly RequestHandler[]
  /** The answer for an address that was refused before, until its window ends; the store isn't asked. */
  refusalOf(caller: Caller): Refused | undefined
}

/** @param callerOf finds the caller in what is known of the request */
export function createAddressLimit(
  limiter: Limiter,
  callerOf: (response: Response) => Caller,
  maxRefused = MAX_REFUSED,
): AddressLimit {
  /** When the windows of refused addresses end, by the clock that times arrivals. */
  const refusedUntilMs = new Map<string, number>()

  function refusalOf(caller: Caller): Refused | undefined {
    const key = keyOf(caller)
    const leftMs = (refusedUntilMs.get(key) ?? 0) - caller.arrivedMs
    if (leftMs > 0) return limiter.refusal(leftMs, partitionOf(key))
    refusedUntilMs.delete(key)
    return undefined
  }

  function refuseKnown(_request: Request, response: Response, next: (error?: unknown) => void): void {
    next(refusalOf(callerOf(response)))
  }

  const countSubmission = rateLimit({
    limit: limiter.count,
    windowMs: limiter.windowMs,
    store: {
      async increment(key) {
        const hits = await limiter.hit(key)
        return { totalHits: hits.totalHits, resetTime: new WindowEnd(hits) }
      },
      // It takes a hit back only with options that we don't set.
      decrement: async () => undefined,
      resetKey: limiter.forget,
    },
    keyGenerator: (_request, response) => keyOf(callerOf(response as Response)),
    // Shown below, as those of the other limits.
    standardHeaders: false,
    legacyHeaders: false,
    handler(request, response, next) {
      const { leftMs, key } = infoOf(request as Request)
      if (refusedUntilMs.size >= maxRefused) refusedUntilMs.clear()
      refusedUntilMs.set(key, callerOf(response as Response).arrivedMs + leftMs)
      next(limiter.refusal(leftMs, partitionOf(key)))
    },
    // They warn on the console, past the log, of a proxy that our own configuration rules on.
    validate: false,
  })

  function showRest(request: Request, response: Response, next: () => void): void {
    const { leftMs, key, remaining } = infoOf(request)
    const seconds = Math.ceil(leftMs / 1000)
    showLimit(response, { ...limiter, partition: partitionOf(key) }, remaining, seconds)
    next()
  }

  return { guard: [refuseKnown, countSubmission, showRest], refusalOf }
}

/** An IPv6 network of /56 counts as one address: a single customer has at least as many. */
function keyOf({ clientAddress }: Caller): string {
  return ipKeyGenerator(clientAddress)
}

/** What the library hands on of a hit: it tells the time by `Date`, and we don't. */
class WindowEnd extends Date {
  readonly leftMs: number

  constructor({ leftMs }: Hits) {
    super(Date.now() + leftMs)
    this.leftMs = leftMs
  }
}

/** What the library found. */
function infoOf(request: Request): RateLimitInfo & Pick<Hits, 'leftMs'> {
  const info = (request as AugmentedRequest).rateLimit as RateLimitInfo
  return { ...info, leftMs: (info.resetTime as WindowEnd).leftMs }
}

/** Tells addresses apart in the header without naming them. */
function partitionOf(key: string): string {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 12)
  return Buffer.from(digest).toString('base64')
}
