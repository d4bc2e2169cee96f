import type { Redis } from 'ioredis'
import { PAIR_MEMORY_MS, type PairStore } from '../core/attempt-limits.js'
import type { InStore } from './redis-health.js'

const KEY = 'rekey:known-pairs'
const MAX_PAIRS = 100_000

const ADD = `
  redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[4]))
`

/** Digests for all instances, scored by the time of day at which they were added. */
export function createRedisPairStore(client: Redis, inStore: InStore, maxPairs = MAX_PAIRS): PairStore {
  return {
    async has(digest) {
      const addedMs = await inStore(client.zscore(KEY, digest))
      return addedMs !== null && Number(addedMs) > Date.now() - PAIR_MEMORY_MS
    },

    async add(digest) {
      const nowMs = Date.now()
      await client.eval(ADD, 1, KEY, nowMs, digest, nowMs - PAIR_MEMORY_MS, maxPairs).catch(() => undefined)
    },
  }
}
