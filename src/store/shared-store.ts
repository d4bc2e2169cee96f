import type { LimitStore, PairStore } from '../core/attempt-limits.js'
import type { DomainLocks } from '../core/domain-locks.js'
import type { OwnerMemory } from '../core/domain-owners.js'
import type { KeyCooldown } from '../core/key-cooldown.js'
import type { OnceStore } from '../core/once-store.js'
import type { CheckReadiness } from '../core/readiness.js'
import type { RedisDurableStore } from './redis-durable-store.js'

/**
 * Keeps what instances must agree on: counts, known pairs, locks, the owners of domains, what was used up, and that the panel is
 * left alone.
 */
export interface SharedStore {
  /** @param name of the limit: each counts for itself */
  createLimitStore(name: string, windowMs: number): LimitStore
  readonly knownPairs: PairStore
  readonly locks: DomainLocks
  readonly owners: OwnerMemory
  readonly once: OnceStore
  /** @param keyId tells keys to the panel apart, and is no secret */
  createKeyCooldown(keyId: string): KeyCooldown
  /** Undefined in memory, where nothing outlasts the process. */
  readonly durable?: RedisDurableStore
  readonly checkReadiness: CheckReadiness
  close(): Promise<void>
}
