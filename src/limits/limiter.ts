import { Refused } from '../core/answer.js'
import type { Begun, Hits, Limit, LimitStore, ReachedLimit } from '../core/attempt-limits.js'
import { StoreUnavailable } from '../core/outage.js'

/** A limit by its name, and what was counted against it by key. Each key's window begins with its first hit. */
export interface Limiter extends Limit {
  /** As it is called in the `RateLimit` header. */
  readonly name: string
  /** Counts a hit. Rejects with `StoreUnavailable` if the counters can't be reached. */
  hit(key: string): Promise<Hits>
  /** The same for an attempt, which is under way until `end` is called; that never fails. */
  begin(key: string): Promise<Begun>
  /** Takes one hit back, unless the window that counted it is over; never fails. */
  giveBack(key: string, window: string): Promise<void>
  /** Takes all hits of a key back; never fails. */
  forget(key: string): Promise<void>
  refusal(retryAfterMs: number, details?: Pick<ReachedLimit, 'partition' | 'challenge'>): Refused
}

/** @param store keeps the counts of this limit alone, in windows of its length */
export function createLimiter(name: string, { count, windowMs }: Limit, store: LimitStore): Limiter {
  return {
    name,
    count,
    windowMs,
    hit: (key) => store.increment(key),
    async begin(key) {
      const begun = await store.begin(key)
      return { ...begun, end: () => ifAvailable(begun.end()) }
    },
    giveBack: (key, window) => ifAvailable(store.decrement(key, window)),
    forget: (key) => ifAvailable(store.resetKey(key)),
    refusal(retryAfterMs, details) {
      const limit = { name, count, windowMs, retryAfterMs, ...details }
      return new Refused({ code: 'too-many-attempts', limit })
    },
  }
}

/** What has been done is true all the same; what was counted is forgotten when its window ends. */
async function ifAvailable(takenBack: Promise<void>): Promise<void> {
  try {
    await takenBack
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
  }
}
