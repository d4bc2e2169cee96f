import type { Challenge } from './puzzle.js'

/** How many are allowed in a time window. */
export interface Limit {
  readonly count: number
  readonly windowMs: number
}

/** The names of the limits in the `RateLimit` header. */
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

/** A limit that was reached, and when to try again. */
export interface ReachedLimit extends Limit {
  /** One of `limitNames`. */
  readonly name: string
  readonly retryAfterMs: number
  /** The header's partition key (`pk`) in base64: whom the limit counts. */
  readonly partition?: string | undefined
  /** Solving this puzzle allows one more attempt. */
  readonly challenge?: Challenge | undefined
}

/** The count for a key, including the latest hit. */
export interface Hits {
  readonly totalHits: number
  /** Identifies the time window that counted the hit. */
  readonly window: string
  /** How long that window still lasts. */
  readonly leftMs: number
}

/** The hit of an attempt in progress. */
export interface Begun extends Hits {
  /** Other attempts with this key in progress, in all instances. */
  readonly others: number
  /** Ends the attempt. */
  end(): Promise<void>
}

/**
 * Counts hits by key. A window begins with the key's first hit and has a fixed length. Calls may reject with `StoreUnavailable`.
 */
export interface LimitStore {
  increment(key: string): Promise<Hits>
  /** The hits in the key's window. */
  read(key: string): Promise<number>
  /** Counts an attempt's hit. The attempt is in progress until `end` is called or its instance has been gone for a while. */
  begin(key: string): Promise<Begun>
  /** Takes one hit back, unless its window is over or was reset. */
  decrement(key: string, window: string): Promise<void>
  /** Deletes the key's count. */
  resetKey(key: string): Promise<void>
}

/** Remembers digests for `PAIR_MEMORY_MS`. If it's full, the oldest goes. */
export interface PairStore {
  /** Rejects with `StoreUnavailable`. */
  has(digest: string): Promise<boolean>
  /** Never fails: the change was made in any case. */
  add(digest: string): Promise<void>
}

/** 400 days. */
export const PAIR_MEMORY_MS = 400 * 24 * 60 * 60_000

/**
 * What an attempt says about its sender. `guess`: wrong credentials; counts. `neutral`: doesn't count. `proven`: the mailbox is
 * theirs, so the counts for it and their address are reset.
 */
export type Verdict = 'guess' | 'neutral' | 'proven'
