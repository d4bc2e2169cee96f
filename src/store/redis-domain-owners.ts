import type { Redis } from 'ioredis'
import { OWNER_MEMORY_MS, type OwnerMemory } from '../core/domain-owners.js'

const keyOf = (domain: string): string => `rekey:owner:${domain}`

/**
 * Owners for all instances, and beyond their restarts. There is no bound but time: each costs the panel a command, of which it
 * makes a few in a second.
 */
export function createRedisDomainOwners(client: Redis): OwnerMemory {
  return {
    async get(domain) {
      const text = await client.get(keyOf(domain)).catch(() => null)
      const [username, domainForm] = typeof text === 'string' ? text.split(' ') : []
      return username && domainForm ? { username, domainForm } : undefined
    },

    async set(domain, { username, domainForm }) {
      // Neither has a space.
      const text = `${username} ${domainForm}`
      await client.set(keyOf(domain), text, 'PX', OWNER_MEMORY_MS).catch(() => undefined)
    },

    async delete(domain) {
      await client.del(keyOf(domain)).catch(() => undefined)
    },
  }
}
