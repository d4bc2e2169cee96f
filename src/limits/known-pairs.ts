import { createHmac } from 'node:crypto'
import type { PairStore } from '../core/attempt-limits.js'

/**
 * Pairs of a secret and a network that has proven it, such as `mailbox info@example.org from 203.0.113.7`: someone who changed
 * the password from there before isn't a stranger. The store has only keyed digests.
 */
export interface KnownPairs {
  /** Rejects with `StoreUnavailable`. */
  has(pair: string): Promise<boolean>
  /** Never fails. */
  add(pair: string): Promise<void>
}

export function createKnownPairs(store: PairStore, key: Buffer): KnownPairs {
  // 128 bits: no collisions by chance.
  const digestOf = (pair: string): string =>
    createHmac('sha256', key).update(pair).digest().subarray(0, 16).toString('base64url')
  return {
    has: (pair) => store.has(digestOf(pair)),
    add: (pair) => store.add(digestOf(pair)),
  }
}
