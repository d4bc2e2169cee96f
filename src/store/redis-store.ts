import type { Clock } from '../lib/clock.js'
import { createRedisClient, type RedisAddress } from './redis-client.js'
import { createRedisDomainLocks } from './redis-domain-locks.js'
import { createRedisDomainOwners } from './redis-domain-owners.js'
import { createRedisDurableStore, type RedisDurableStore } from './redis-durable-store.js'
import { createRedisHealth, type ReportStore } from './redis-health.js'
import { createRedisKeyCooldown } from './redis-key-cooldown.js'
import { createRedisLimitStore } from './redis-limit-store.js'
import { createRedisOnceStore } from './redis-once-store.js'
import { createRedisPairStore } from './redis-pair-store.js'
import type { SharedStore } from './shared-store.js'

interface RedisStoreParts {
  readonly clock: Clock
  readonly randomId: () => string
  readonly report: ReportStore
}

/** The write that shows whether Redis is usable. The limits make the same; nobody reads this count. */
const CHECK = { limit: 'store-check', windowMs: 60_000, key: 'any' }

interface RedisStore extends SharedStore {
  readonly durable: RedisDurableStore
}

/** Keeps everything in Redis or Valkey, for several instances. Resolves when the first state is known. */
export async function createRedisStore(
  address: RedisAddress,
  { clock, randomId, report }: RedisStoreParts,
): Promise<RedisStore> {
  const client = createRedisClient(address)
  const health = createRedisHealth(client, clock, report)
  const { inStore } = health
  const createLimitStore: SharedStore['createLimitStore'] = (name, windowMs) =>
    createRedisLimitStore(client, inStore, name, windowMs, randomId)
  const checked = createLimitStore(CHECK.limit, CHECK.windowMs)
  await health.watch(() => checked.increment(CHECK.key))
  return {
    createLimitStore,
    knownPairs: createRedisPairStore(client, inStore),
    locks: createRedisDomainLocks(client, inStore, clock, randomId),
    owners: createRedisDomainOwners(client),
    once: createRedisOnceStore(client, inStore),
    createKeyCooldown: (keyId) => createRedisKeyCooldown(client, keyId, clock),
    durable: createRedisDurableStore(client, inStore),
    checkReadiness: async () => health.faults(),
    async close() {
      health.stop()
      client.disconnect()
    },
  }
}
