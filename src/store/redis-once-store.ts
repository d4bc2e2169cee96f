import type { Redis } from 'ioredis'
import type { OnceStore } from '../core/once-store.js'
import type { InStore } from './redis-health.js'

/** Remembers IDs for all instances. */
export function createRedisOnceStore(client: Redis, inStore: InStore): OnceStore {
  return {
    use: async (id, ttlMs) => (await inStore(client.set(`rekey:once:${id}`, 1, 'PX', ttlMs, 'NX'))) === 'OK',
  }
}
