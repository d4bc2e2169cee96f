import type { Redis } from 'ioredis'
import type { Hits, LimitStore } from '../core/attempt-limits.js'
import { type InStore, UnexpectedReply } from './redis-health.js'

const INCREMENT = `
  local hits = redis.call('HINCRBY', KEYS[1], 'hits', 1)
  if hits == 1 then
    redis.call('HSET', KEYS[1], 'window', ARGV[1])
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
  end
  return { hits, redis.call('HGET', KEYS[1], 'window'), redis.call('PTTL', KEYS[1]) }
`

const DECREMENT = `
  if redis.call('HGET', KEYS[1], 'window') ~= ARGV[1] then return end
  if redis.call('HINCRBY', KEYS[1], 'hits', -1) == 0 then redis.call('DEL', KEYS[1]) end
`

/**
 * Counts hits per key, for all instances; rejects with `StoreUnavailable`.
 *
 * @param randomId names a window that begins
 */
export function createRedisLimitStore(
  client: Redis,
  inStore: InStore,
  name: string,
  windowMs: number,
  randomId: () => string,
): LimitStore {
  const keyOf = (key: string): string => `rekey:rate-limit:${name}:${key}`
  return {
    async increment(key) {
      return await inStore(client.eval(INCREMENT, 1, keyOf(key), randomId(), windowMs).then(hitsOf))
    },
    async decrement(key, window) {
      await inStore(client.eval(DECREMENT, 1, keyOf(key), window))
    },
    async resetKey(key) {
      await inStore(client.del(keyOf(key)))
    },
  }
}

function hitsOf(reply: unknown): Hits {
  const [totalHits, window, leftMs] = Array.isArray(reply) ? reply : []
  if (typeof totalHits !== 'number' || typeof window !== 'string' || typeof leftMs !== 'number') {
    throw new UnexpectedReply()
  }
  return { totalHits, window, leftMs }
}
