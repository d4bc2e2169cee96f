import type { Clock } from '../lib/clock.js'
import { createMemoryDomainLocks } from './memory-domain-locks.js'
import { createMemoryDomainOwners } from './memory-domain-owners.js'
import { createMemoryKeyCooldown } from './memory-key-cooldown.js'
import { createMemoryLimitStore } from './memory-limit-store.js'
import { createMemoryOnceStore } from './memory-once-store.js'
import { createMemoryPairStore } from './memory-pair-store.js'
import type { SharedStore } from './shared-store.js'

/**
 * Keeps everything in memory, for one instance.
 *
 * @param closedForMs how long every domain stays locked at first
 */
export function createMemoryStore(clock: Clock, closedForMs = 0): SharedStore {
  return {
    createLimitStore: (_name, windowMs) => createMemoryLimitStore(clock, windowMs),
    knownPairs: createMemoryPairStore(clock),
    locks: createMemoryDomainLocks(clock, closedForMs),
    owners: createMemoryDomainOwners(clock),
    once: createMemoryOnceStore(clock),
    createKeyCooldown: () => createMemoryKeyCooldown(clock),
    checkReadiness: async () => [],
    close: async () => undefined,
  }
}
