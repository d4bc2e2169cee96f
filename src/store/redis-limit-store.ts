import type { Redis } from 'ioredis'
import type { Begun, Hits, LimitStore } from '../core/attempt-limits.js'
import { type InStore, UnexpectedReply } from './redis-health.js'

const INCREMENT = `
  local hits = redis.call('HINCRBY', KEYS[1], 'hits', 1)
  if hits == 1 then
    redis.call('HSET', KEYS[1], 'window', ARGV[1])
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
  end
  local reply = { hits, redis.call('HGET', KEYS[1], 'window'), redis.call('PTTL', KEYS[1]) }
`

/** KEYS[2] is a sorted set of the attempts in progress. The scores are the times of day at which they count as lost. */
const BEGIN = `${INCREMENT}
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[3])
  reply[4] = redis.call('ZCARD', KEYS[2])
  redis.call('ZADD', KEYS[2], ARGV[3] + ARGV[4], ARGV[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  return reply
`

/** Longer (ms) than any attempt takes. One that is still in progress then belonged to a lost instance. */
const LOST_MS = 180_000

const DECREMENT = `
  if redis.call('HGET', KEYS[1], 'window') ~= ARGV[1] then return end
  if redis.call('HINCRBY', KEYS[1], 'hits', -1) == 0 then redis.call('DEL', KEYS[1]) end
`

/**
 * Counts hits per key, for all instances. Rejects with `StoreUnavailable`.
 *
 * @param randomId identifies a new window
 */
export function createRedisLimitStore(
  client: Redis,
  inStore: InStore,
  name: string,
  windowMs: number,
  randomId: () => string,
): LimitStore {
  const keyOf = (key: string): string => `rekey:rate-limit:${name}:${key}`
  const underWayOf = (key: string): string => `rekey:under-way:${name}:${key}`
  return {
    async increment(key) {
      const script = `${INCREMENT} return reply`
      return await inStore(client.eval(script, 1, keyOf(key), randomId(), windowMs).then(hitsOf))
    },
    async read(key) {
      return await inStore(client.hget(keyOf(key), 'hits').then(countOf))
    },
    async begin(key) {
      const id = randomId()
      const [hitsKey, underWayKey] = [keyOf(key), underWayOf(key)]
      const begun = await inStore(
        client.eval(BEGIN, 2, hitsKey, underWayKey, id, windowMs, Date.now(), LOST_MS).then(begunOf),
      )
      const end = async (): Promise<void> => void (await inStore(client.zrem(underWayKey, id)))
      return { ...begun, end }
    },
    async decrement(key, window) {
      await inStore(client.eval(DECREMENT, 1, keyOf(key), window))
    },
    async resetKey(key) {
      await inStore(client.del(keyOf(key)))
    },
  }
}

function countOf(reply: unknown): number {
  const count = Number(reply ?? 0)
  if (!Number.isInteger(count)) throw new UnexpectedReply()
  return count
}

function hitsOf(reply: unknown): Hits {
  const [totalHits, window, leftMs] = Array.isArray(reply) ? reply : []
  if (typeof totalHits !== 'number' || typeof window !== 'string' || typeof leftMs !== 'number') {
    throw new UnexpectedReply()
  }
  return { totalHits, window, leftMs }
}

function begunOf(reply: unknown): Omit<Begun, 'end'> {
  const others = Array.isArray(reply) ? reply[3] : undefined
  if (typeof others !== 'number') throw new UnexpectedReply()
  return { ...hitsOf(reply), others }
}
