import { type DomainOwner, OWNER_MEMORY_MS, type OwnerMemory } from '../core/domain-owners.js'
import type { Clock } from '../lib/clock.js'
import { setBounded } from '../lib/set-bounded.js'

/** Lookups treat dots as wildcards (docs/hestia.md, hazard 4), so strangers can make up many domains that have an owner. */
const MAX_DOMAINS = 10_000

/** Owners in memory. If there are too many, the oldest goes. */
export function createMemoryDomainOwners(clock: Clock): OwnerMemory {
  const known = new Map<string, { readonly owner: DomainOwner; readonly untilMs: number }>()
  return {
    async get(domain) {
      const entry = known.get(domain)
      return entry && entry.untilMs > clock.now() ? entry.owner : undefined
    },

    async set(domain, owner) {
      setBounded(known, domain, { owner, untilMs: clock.now() + OWNER_MEMORY_MS }, MAX_DOMAINS)
    },

    async delete(domain) {
      known.delete(domain)
    },
  }
}
