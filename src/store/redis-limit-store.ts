import type { Options } from 'express-rate-limit'
import type { Redis } from 'ioredis'
import { type RedisReply, RedisStore } from 'rate-limit-redis'
import type { LimitStore } from '../core/attempt-limits.js'
import { inStore } from './redis-client.js'

/** The library's own would make a count out of nothing, which never ends, where the window is over or was reset. */
const DECREMENT = `
  local hits = tonumber(redis.call('GET', KEYS[1]) or '0')
  if hits > 1 then redis.call('DECR', KEYS[1]) elseif hits == 1 then redis.call('DEL', KEYS[1]) end
`

/** Counts hits per key, for all instances; rejects with `StoreUnavailable`. */
export function createRedisLimitStore(client: Redis, prefix: string): LimitStore {
  const store = new RedisStore({
    prefix,
    sendCommand: (command: string, ...args: string[]) => client.call(command, ...args) as Promise<RedisReply>,
  })
  let windowMs: number | undefined

  /** Loads the scripts. Where it fails, the next connection is the next try. */
  function load(): void {
    // The library's middleware would hand over all of its options; the window is all that the store takes from them.
    if (windowMs !== undefined) store.init({ windowMs } as Options).catch(() => undefined)
  }
  client.on('ready', load)

  return {
    init(options) {
      windowMs = options.windowMs
      load()
    },
    increment: (key) => inStore(store.increment(key)),
    decrement: async (key) => {
      await inStore(client.eval(DECREMENT, 1, store.prefixKey(key)))
    },
    resetKey: (key) => inStore(store.resetKey(key)),
  }
}
