import type { Clock } from '../core/clock.js'
import { KEY_REST_MS, type KeyRest } from '../core/key-rest.js'
import { createMemoryDomainLocks } from './memory-domain-locks.js'
import { createMemoryLimitStore } from './memory-limit-store.js'
import type { SharedStore } from './shared-store.js'

/** Keeps everything in the memory of this process: for one instance. */
export function createMemoryStore(clock: Clock): SharedStore {
  return {
    createLimitStore: () => createMemoryLimitStore(),
    locks: createMemoryDomainLocks(clock),
    createKeyRest: () => createMemoryKeyRest(clock),
    checkReadiness: async () => [],
    close: async () => undefined,
  }
}

function createMemoryKeyRest(clock: Clock): KeyRest {
  let untilMs = Number.NEGATIVE_INFINITY
  return {
    isResting: async () => clock.now() < untilMs,
    async begin() {
      untilMs = clock.now() + KEY_REST_MS
    },
  }
}
