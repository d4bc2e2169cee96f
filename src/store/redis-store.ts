import type { Clock } from '../lib/clock.js'
import { createRedisClient, firstTry, type RedisAddress, type ReportConnection } from './redis-client.js'
import { createRedisDomainLocks } from './redis-domain-locks.js'
import { createRedisDomainOwners } from './redis-domain-owners.js'
import { createRedisKeyCooldown } from './redis-key-cooldown.js'
import { createRedisLimitStore } from './redis-limit-store.js'
import { createRedisOnceStore } from './redis-once-store.js'
import { createRedisPairStore } from './redis-pair-store.js'
import type { SharedStore } from './shared-store.js'

interface RedisStoreParts {
  readonly clock: Clock
  readonly randomId: () => string
  readonly report: ReportConnection
}

/** Keeps everything in Redis or Valkey: for several instances. Resolves when it is connected or has tried once. */
export async function createRedisStore(
  address: RedisAddress,
  { clock, randomId, report }: RedisStoreParts,
): Promise<SharedStore> {
  const client = createRedisClient(address, report)
  const store: SharedStore = {
    createLimitStore: (name, windowMs) => createRedisLimitStore(client, name, windowMs, randomId),
    knownPairs: createRedisPairStore(client),
    locks: createRedisDomainLocks(client, clock, randomId),
    owners: createRedisDomainOwners(client),
    once: createRedisOnceStore(client),
    createKeyCooldown: (keyId) => createRedisKeyCooldown(client, keyId, clock),
    checkReadiness: () =>
      client.ping().then(
        () => [],
        () => [{ code: 'store-unavailable' }],
      ),
    close: async () => client.disconnect(),
  }
  await firstTry(client)
  return store
}
