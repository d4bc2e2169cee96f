import type { DomainLocks } from '../core/domain-locks.js'

/** Locks in the memory of this process: they hold for one instance. */
export function createMemoryDomainLocks(): DomainLocks {
  const lastOf = new Map<string, Promise<unknown>>()

  return {
    async run(domain, work) {
      const before = lastOf.get(domain)
      const result = before ? before.then(() => work(true)) : work(false)
      const settled = result.catch(() => undefined)
      lastOf.set(domain, settled)
      try {
        return await result
      } finally {
        if (lastOf.get(domain) === settled) lastOf.delete(domain)
      }
    },
  }
}
