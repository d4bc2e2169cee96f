import { createHash } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { type AugmentedRequest, type RateLimitInfo, rateLimit } from 'express-rate-limit'
import type { Answer, Refused } from '../core/answer.js'
import type { AttemptContext } from '../core/attempt-context.js'
import type { Hits } from '../core/attempt-limits.js'
import { StoreUnavailable } from '../core/outage.js'
import type { Limiter } from './limiter.js'
import { showLimit } from './rate-limit-header.js'

/** How many refused addresses are remembered. If there are more, all are forgotten; the store refuses them again. */
const MAX_REFUSED = 10_000

/** How long (ms) the store isn't asked about a refused address: another instance may have taken counts back. */
const REFUSED_MEMORY_MS = 10_000

type Caller = Pick<AttemptContext, 'clientAddress' | 'arrivedMs'>

/** Limits submissions per client address or network. */
export interface AddressLimit {
  /** Runs before a submission is read: counts it, refuses it, and shows how many are left. */
  readonly guard: readonly RequestHandler[]
  /** The refusal for an address that was just refused. Doesn't ask the store. */
  refusalOf(caller: Caller): Refused | undefined
  /** Takes the count back if the answer shows no abuse: a change, or one of a few that broke only the policy. Never fails. */
  settle(response: Response, answer: Answer): Promise<void>
}

interface AddressLimitParts {
  readonly limiter: Limiter
  /** Counts submissions that broke only the policy. They are taken back up to its limit. */
  readonly spared: Limiter
  /** What an address is counted by, such as its network. */
  keyOf(address: string): string
  /** Whether the address isn't limited. */
  isExempt(address: string): boolean
  callerOf(response: Response): Caller
}

export function createAddressLimit(parts: AddressLimitParts, maxRefused = MAX_REFUSED): AddressLimit {
  const { limiter, spared, isExempt, callerOf } = parts
  const requestPropertyName = `rateLimit ${limiter.name}`
  /** By key, and by the clock of `arrivedMs`: when its window ends, and how long that is remembered. */
  const refused = new Map<string, { readonly endMs: number; readonly untilMs: number }>()

  const keyOf = ({ clientAddress }: Caller): string => parts.keyOf(clientAddress)

  /** What the library counted; undefined if it didn't count. */
  function infoOf(request: Request): (RateLimitInfo & Pick<Hits, 'leftMs' | 'window'>) | undefined {
    const info = (request as AugmentedRequest)[requestPropertyName] as RateLimitInfo | undefined
    if (!info) return undefined
    const { leftMs, window } = info.resetTime as WindowEnd
    return { ...info, leftMs, window }
  }

  function refusalOf(caller: Caller): Refused | undefined {
    const key = keyOf(caller)
    const known = refused.get(key)
    if (!known || isExempt(caller.clientAddress)) return undefined
    if (caller.arrivedMs < known.untilMs)
      return limiter.refusal(known.endMs - caller.arrivedMs, { partition: partitionOf(key) })
    refused.delete(key)
    return undefined
  }

  function refuseKnown(_request: Request, response: Response, next: (error?: unknown) => void): void {
    next(refusalOf(callerOf(response)))
  }

  const countSubmission = rateLimit({
    requestPropertyName,
    limit: limiter.count,
    windowMs: limiter.windowMs,
    store: {
      async increment(key) {
        const hits = await limiter.hit(key)
        return { totalHits: hits.totalHits, resetTime: new WindowEnd(hits) }
      },
      // Only called with options that we don't set.
      decrement: async () => undefined,
      resetKey: limiter.forget,
    },
    keyGenerator: (_request, response) => keyOf(callerOf(response as Response)),
    skip: (_request, response) => isExempt(callerOf(response as Response).clientAddress),
    // `showRest` sets them, as for the other limits.
    standardHeaders: false,
    legacyHeaders: false,
    handler(request, response, next) {
      const caller = callerOf(response as Response)
      const key = keyOf(caller)
      const { leftMs = limiter.windowMs } = infoOf(request as Request) ?? {}
      if (refused.size >= maxRefused) refused.clear()
      const untilMs = caller.arrivedMs + Math.min(leftMs, REFUSED_MEMORY_MS)
      refused.set(key, { endMs: caller.arrivedMs + leftMs, untilMs })
      next(limiter.refusal(leftMs, { partition: partitionOf(key) }))
    },
    // They print warnings about proxies on the console, which isn't the log. The configuration decides about proxies.
    validate: false,
  })

  function showRest(request: Request, response: Response, next: () => void): void {
    const info = infoOf(request)
    if (info) {
      const seconds = Math.ceil(info.leftMs / 1000)
      showLimit(response, { ...limiter, partition: partitionOf(info.key) }, info.remaining, seconds)
    }
    next()
  }

  async function isSpared({ code }: Answer, key: string): Promise<boolean> {
    if (code === 'changed') return true
    if (code !== 'password-rejected') return false
    try {
      return (await spared.hit(key)).totalHits <= spared.count
    } catch (error) {
      if (error instanceof StoreUnavailable) return false
      throw error
    }
  }

  return {
    guard: [refuseKnown, countSubmission, showRest],
    refusalOf,

    async settle(response, answer) {
      const info = infoOf(response.req)
      if (!info || !(await isSpared(answer, info.key))) return
      refused.delete(info.key)
      await limiter.giveBack(info.key, info.window)
    },
  }
}

/** Passes a hit through the library, which reads the time from `Date`. */
class WindowEnd extends Date {
  readonly leftMs: number
  readonly window: string

  constructor({ leftMs, window }: Hits) {
    super(Date.now() + leftMs)
    this.leftMs = leftMs
    this.window = window
  }
}

/** Lets a submission pass if all limits do. */
export function combineAddressLimits(limits: readonly AddressLimit[]): AddressLimit {
  return {
    guard: limits.flatMap(({ guard }) => guard),
    refusalOf: (caller) =>
      limits.map(({ refusalOf }) => refusalOf(caller)).find((refusal) => refusal !== undefined),
    async settle(response, answer) {
      await Promise.all(limits.map(({ settle }) => settle(response, answer)))
    },
  }
}

/** Tells addresses apart in the header without revealing them. */
function partitionOf(key: string): string {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 12)
  return Buffer.from(digest).toString('base64')
}
