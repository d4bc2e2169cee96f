import type { Challenge } from './puzzle.js'

/** So many in a window of time. */
export interface Limit {
  readonly count: number
  readonly windowMs: number
}

/** The limits, as they are called in the `RateLimit` header. */
export const limitNames = [
  'address',
  'network',
  'failures',
  'target',
  'ceiling',
  'links',
  'help-all',
  'help-named',
] as const

/** A limit that was reached, and until when. */
export interface ReachedLimit extends Limit {
  /** One of `limitNames`. */
  readonly name: string
  readonly retryAfterMs: number
  /** Tells apart whom the limit counts, as base64; absent if the header doesn't. */
  readonly partition?: string | undefined
  /** A puzzle whose solution opens one attempt all the same. */
  readonly challenge?: Challenge | undefined
}

/** What was counted for a key, the latest hit included. */
export interface Hits {
  readonly totalHits: number
  /** Tells the window that counted the hit from all others of the key. */
  readonly window: string
  /** How long that window still lasts. */
  readonly leftMs: number
}

/** A hit of an attempt that is under way. */
export interface Begun extends Hits {
  /** How many others of the key are under way, in all instances. */
  readonly others: number
  /** The attempt is under way no more. */
  end(): Promise<void>
}

/**
 * Counts hits per key in windows of one length, which begin at the key's first hit. Each call may reject with
 * `StoreUnavailable`.
 */
export interface LimitStore {
  increment(key: string): Promise<Hits>
  /** The same for an attempt, which is under way until `end` is called or its instance has been gone for a while. */
  begin(key: string): Promise<Begun>
  /** Takes one hit back, unless the window that counted it is over or was reset. */
  decrement(key: string, window: string): Promise<void>
  /** Forgets all that was counted for the key. */
  resetKey(key: string): Promise<void>
}

/** Remembers digests for `PAIR_MEMORY_MS`, as long as there is room: if there are too many, the oldest goes. */
export interface PairStore {
  /** Rejects with `StoreUnavailable`. */
  has(digest: string): Promise<boolean>
  /** Remembers it anew. Never fails: what has been done is true all the same. */
  add(digest: string): Promise<void>
}

/** 400 days. */
export const PAIR_MEMORY_MS = 400 * 24 * 60 * 60_000

/**
 * What an attempt says of its sender. `guess`: credentials were tried in vain, which counts. `neutral`: counts against nobody.
 * `proven`: the mailbox is theirs, and all that was counted for it and their address is forgotten.
 */
export type Verdict = 'guess' | 'neutral' | 'proven'
