import { DOUBT_MS, type DomainLocks, LOCK_MEMORY_MS } from '../core/domain-locks.js'
import type { Clock } from '../lib/clock.js'
import { createDomainQueue, waitedTooLong } from './domain-queue.js'

/**
 * Locks in memory, for one instance.
 *
 * @param closedForMs how long every domain stays locked at first
 */
export function createMemoryDomainLocks(clock: Clock, closedForMs = 0): DomainLocks {
  const openedMs = clock.now() + closedForMs
  const queue = createDomainQueue()
  const closedUntil = createTimes(clock, DOUBT_MS)
  const lastLocks = createTimes(clock, LOCK_MEMORY_MS)

  async function waitUntilOpen(domain: string, maxWaitMs: number): Promise<void> {
    const closedMs = Math.max(DOUBT_MS - closedUntil.msAgo(domain), openedMs - clock.now())
    if (closedMs <= 0) return
    if (closedMs > maxWaitMs) throw waitedTooLong()
    await clock.wait(closedMs)
  }

  return {
    async run({ domain, address }, maxWaitMs, work) {
      const startMs = clock.now()
      const place = await queue.enter(domain, maxWaitMs)
      try {
        await waitUntilOpen(domain, maxWaitMs - (clock.now() - startMs))
        return await work({
          lastForMailboxMsAgo: lastLocks.msAgo(address),
          confirm: async () => undefined,
          leaveInDoubt: () => closedUntil.remember(domain),
        })
      } finally {
        lastLocks.remember(address)
        place.leave()
      }
    },
  }
}

/** Remembers times for as long as they matter. */
interface Times {
  remember(key: string): void
  /** Infinity if unknown. */
  msAgo(key: string): number
}

function createTimes(clock: Clock, keepMs: number): Times {
  const rememberedMs = new Map<string, number>()
  return {
    remember(key) {
      rememberedMs.delete(key)
      rememberedMs.set(key, clock.now())
      for (const [oldest, timeMs] of rememberedMs) {
        if (clock.now() - timeMs <= keepMs) break
        rememberedMs.delete(oldest)
      }
    },
    msAgo: (key) => clock.now() - (rememberedMs.get(key) ?? Number.NEGATIVE_INFINITY),
  }
}
