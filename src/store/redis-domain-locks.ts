import type { Redis } from 'ioredis'
import type { DomainLocks, HeldLock } from '../core/domain-locks.js'
import { StoreUnavailable } from '../core/outage.js'
import type { Clock } from '../lib/clock.js'
import { createDomainQueue, waitedTooLong } from './domain-queue.js'
import type { InStore } from './redis-health.js'
import { createLease, type Lease } from './redis-lease.js'

const RENEW_MS = 10_000
const POLL_MS = 40

/** A Redis that comes back may have forgotten leases: for so long (ms) their holders may take them again, and nobody else. */
const SETTLE_MS = 2000

/** Locks for all instances: a lease that is renewed while the work runs. Those of one process queue up before it. */
export function createRedisDomainLocks(
  client: Redis,
  inStore: InStore,
  clock: Clock,
  randomId: () => string,
): DomainLocks {
  const queue = createDomainQueue()
  const held = new Set<Lease>()
  let readyMs = clock.now()
  client.on('ready', () => {
    readyMs = clock.now()
    for (const lease of held) keep(lease)
  })

  async function acquire(lease: Lease, endMs: number): Promise<number> {
    for (;;) {
      const unsettledMs = readyMs + SETTLE_MS - clock.now()
      const lastMsAgo = unsettledMs > 0 ? await settle(client) : await tryToAcquire(lease)
      if (lastMsAgo !== undefined) return lastMsAgo
      if (clock.now() >= endMs) throw waitedTooLong()
      await clock.wait(Math.min(POLL_MS, endMs - clock.now()))
    }
  }

  return {
    async run({ domain, address }, maxWaitMs, work) {
      const endMs = clock.now() + maxWaitMs
      const place = await queue.enter(domain, maxWaitMs)
      try {
        const lease = createLease(client, inStore, domain, address, randomId())
        const lastForMailboxMsAgo = await acquire(lease, endMs)
        return await hold(lease, lastForMailboxMsAgo, work)
      } finally {
        place.leave()
      }
    },
  }

  async function hold<Result>(
    lease: Lease,
    lastForMailboxMsAgo: number,
    work: (lock: HeldLock) => Promise<Result>,
  ): Promise<Result> {
    let inDoubt = false
    const renewal = setInterval(() => keep(lease), RENEW_MS)
    held.add(lease)
    try {
      return await work({
        lastForMailboxMsAgo,
        async confirm() {
          if (!(await lease.renew())) throw new StoreUnavailable('lock-lost')
        },
        leaveInDoubt() {
          inDoubt = true
        },
      })
    } finally {
      held.delete(lease)
      clearInterval(renewal)
      // What was done is done: a lease that can't be released ends by itself.
      await lease.release(inDoubt).catch(() => undefined)
    }
  }
}

/** The lock is not held yet, but it must show if the store goes away meanwhile. */
async function settle(client: Redis): Promise<undefined> {
  if (client.status !== 'ready') throw new StoreUnavailable('not-connected')
}

/** A lease that was taken, though its answer did not arrive, is given back if it can be. */
async function tryToAcquire(lease: Lease): Promise<number | undefined> {
  try {
    return await lease.acquire()
  } catch (error) {
    void lease.release(false).catch(() => undefined)
    throw error
  }
}

/** Where it fails, the next renewal or the next connection is the next try, and `confirm` tells. */
function keep(lease: Lease): void {
  lease.renew().catch(() => undefined)
}
