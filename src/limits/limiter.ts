import { Refused } from '../core/answer.js'
import type { Begun, Hits, Limit, LimitStore, ReachedLimit } from '../core/attempt-limits.js'
import { StoreUnavailable } from '../core/outage.js'

/** A limit and its counts. Each key's window begins with its first hit. */
export interface Limiter extends Limit {
  /** The name in the `RateLimit` header. */
  readonly name: string
  /** Counts a hit. Rejects with `StoreUnavailable`. */
  hit(key: string): Promise<Hits>
  /** The hits so far. Rejects with `StoreUnavailable`. */
  read(key: string): Promise<number>
  /** The attempt is in progress until `end` is called, which never fails. */
  begin(key: string): Promise<Begun>
  /** Takes one hit back, unless its window is over. Never fails. */
  giveBack(key: string, window: string): Promise<void>
  /** Resets a key's count. Never fails. */
  forget(key: string): Promise<void>
  refusal(retryAfterMs: number, details?: Pick<ReachedLimit, 'partition' | 'challenge'>): Refused
}

/** @param store has only this limit's counts, in windows of its length */
export function createLimiter(name: string, { count, windowMs }: Limit, store: LimitStore): Limiter {
  return {
    name,
    count,
    windowMs,
    hit: (key) => store.increment(key),
    read: (key) => store.read(key),
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

/** If the count can't be taken back, it ends with its window. */
async function ifAvailable(takenBack: Promise<void>): Promise<void> {
  try {
    await takenBack
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
  }
}
