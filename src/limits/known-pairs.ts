import { createHmac } from 'node:crypto'
import type { PairStore } from '../core/attempt-limits.js'

/**
 * Secrets and the addresses that have proven them: whoever knows a mailbox's password and changed it from here before is no
 * stranger. The store holds keyed digests, which tell nobody who uses what from where.
 */
export interface KnownPairs {
  /** Rejects with `StoreUnavailable`. */
  has(secret: string, address: string): Promise<boolean>
  /** Never fails. */
  add(secret: string, address: string): Promise<void>
}

export function createKnownPairs(store: PairStore, key: Buffer): KnownPairs {
  // 128 bits: no two pairs meet by chance.
  const digestOf = (secret: string, address: string): string =>
    createHmac('sha256', key)
      .update(`${secret} from ${address}`)
      .digest()
      .subarray(0, 16)
      .toString('base64url')
  return {
    has: (secret, address) => store.has(digestOf(secret, address)),
    add: (secret, address) => store.add(digestOf(secret, address)),
  }
}
