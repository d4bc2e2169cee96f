import type { Redis } from 'ioredis'
import { KEY_COOLDOWN_MS, type KeyCooldown } from '../core/key-cooldown.js'
import type { Clock } from '../lib/clock.js'
import { createMemoryKeyCooldown } from './memory-key-cooldown.js'

/** The cool-down for all instances. While Redis is away, each instance knows only its own refusals. */
export function createRedisKeyCooldown(client: Redis, keyId: string, clock: Clock): KeyCooldown {
  const key = `rekey:key-cooldown:${keyId}`
  const seen = createMemoryKeyCooldown(clock)
  return {
    async isCoolingDown() {
      return (await seen.isCoolingDown()) || (await client.exists(key).catch(() => 0)) === 1
    },
    async begin() {
      await seen.begin()
      await client.set(key, 1, 'PX', KEY_COOLDOWN_MS).catch(() => undefined)
    },
  }
}
