import { PAIR_MEMORY_MS, type PairStore } from '../core/attempt-limits.js'
import type { Clock } from '../lib/clock.js'
import { setBounded } from '../lib/set-bounded.js'

/** Each takes about 150 bytes. */
const MAX_PAIRS = 100_000

/** Digests in memory, for one instance. */
export function createMemoryPairStore(clock: Clock, maxPairs = MAX_PAIRS): PairStore {
  const addedMs = new Map<string, number>()
  return {
    has: async (digest) => (addedMs.get(digest) ?? Number.NEGATIVE_INFINITY) > clock.now() - PAIR_MEMORY_MS,

    async add(digest) {
      setBounded(addedMs, digest, clock.now(), maxPairs)
    },
  }
}
