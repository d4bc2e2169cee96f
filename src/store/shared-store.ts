import type { LimitStore, PairStore } from '../core/attempt-limits.js'
import type { DomainLocks } from '../core/domain-locks.js'
import type { OwnerMemory } from '../core/domain-owners.js'
import type { KeyCooldown } from '../core/key-cooldown.js'
import type { OnceStore } from '../core/once-store.js'
import type { CheckReadiness } from '../core/readiness.js'
import type { RedisDurableStore } from './redis-durable-store.js'

/** What instances must agree on: counts, known pairs, locks, domain owners, used IDs and the cool-down. */
export interface SharedStore {
  /** @param name of the limit; each has its own count */
  createLimitStore(name: string, windowMs: number): LimitStore
  readonly knownPairs: PairStore
  readonly locks: DomainLocks
  readonly owners: OwnerMemory
  readonly once: OnceStore
  /** @param keyId identifies the panel's access key without revealing it */
  createKeyCooldown(keyId: string): KeyCooldown
  /** Undefined in memory, which doesn't outlast the process. */
  readonly durable?: RedisDurableStore
  readonly checkReadiness: CheckReadiness
  close(): Promise<void>
}
