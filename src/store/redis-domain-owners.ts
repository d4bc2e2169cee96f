import type { Redis } from 'ioredis'
import { OWNER_MEMORY_MS, type OwnerMemory } from '../core/domain-owners.js'

const keyOf = (domain: string): string => `rekey:owner:${domain}`

/**
 * Owners for all instances, kept beyond their restarts. Only time limits their number: each costs a panel command, and a panel
 * runs just a few a second.
 */
export function createRedisDomainOwners(client: Redis): OwnerMemory {
  return {
    async get(domain) {
      const text = await client.get(keyOf(domain)).catch(() => null)
      const [username, domainForm] = typeof text === 'string' ? text.split(' ') : []
      return username && domainForm ? { username, domainForm } : undefined
    },

    async set(domain, { username, domainForm }) {
      // Neither contains a space.
      const text = `${username} ${domainForm}`
      await client.set(keyOf(domain), text, 'PX', OWNER_MEMORY_MS).catch(() => undefined)
    },

    async delete(domain) {
      await client.del(keyOf(domain)).catch(() => undefined)
    },
  }
}
