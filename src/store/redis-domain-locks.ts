import type { Redis } from 'ioredis'
import type { DomainLocks, HeldLock } from '../core/domain-locks.js'
import { StoreUnavailable } from '../core/outage.js'
import type { Clock } from '../lib/clock.js'
import { createDomainQueue, waitedTooLong } from './domain-queue.js'
import type { InStore } from './redis-health.js'
import { createLease, type Lease } from './redis-lease.js'

const RENEW_MS = 10_000
const POLL_MS = 40

/** After a restart, Redis may have forgotten leases. For this time (ms), only their holders may take them again. */
const SETTLE_MS = 2000

/** Locks for all instances: a lease, renewed while the work runs. Within a process, those who want it queue up first. */
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
      // If the lease can't be released, it expires.
      await lease.release(inDoubt).catch(() => undefined)
    }
  }
}

/** Doesn't acquire the lock yet, but fails if the store goes away. */
async function settle(client: Redis): Promise<undefined> {
  if (client.status !== 'ready') throw new StoreUnavailable('not-connected')
}

/** If the reply is lost, the lease may be taken, so it's released if possible. */
async function tryToAcquire(lease: Lease): Promise<number | undefined> {
  try {
    return await lease.acquire()
  } catch (error) {
    void lease.release(false).catch(() => undefined)
    throw error
  }
}

/** If this fails, the next renewal or connection tries again, and `confirm` reports a lost lease. */
function keep(lease: Lease): void {
  lease.renew().catch(() => undefined)
}
