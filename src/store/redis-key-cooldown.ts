import type { Redis } from 'ioredis'
import { KEY_REST_MS, type KeyRest } from '../core/key-cooldown.js'
import type { Clock } from '../lib/clock.js'
import { createMemoryKeyRest } from './memory-key-cooldown.js'

/** The panel's rest for all instances. While Redis is away each instance goes by what it has seen itself. */
export function createRedisKeyRest(client: Redis, keyId: string, clock: Clock): KeyRest {
  const key = `rekey:key-rest:${keyId}`
  const seen = createMemoryKeyRest(clock)
  return {
    async isResting() {
      return (await seen.isResting()) || (await client.exists(key).catch(() => 0)) === 1
    },
    async begin() {
      await seen.begin()
      await client.set(key, 1, 'PX', KEY_REST_MS).catch(() => undefined)
    },
  }
}
