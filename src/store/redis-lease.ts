import type { Redis } from 'ioredis'
import { DOUBT_MS, LOCK_MEMORY_MS } from '../core/domain-locks.js'
import { type InStore, UnexpectedReply } from './redis-health.js'

/** The lease of a crashed holder expires. */
const LEASE_MS = DOUBT_MS

/** A lock whose end isn't known may have lasted as long as its lease. */
const HELD_LOCK_MEMORY_MS = LOCK_MEMORY_MS + LEASE_MS

const ACQUIRE = `
  if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return false end
  local memory = redis.call('PTTL', KEYS[2])
  redis.call('SET', KEYS[2], 1, 'PX', ARGV[3])
  return memory
`

/** Takes the lease again if Redis has forgotten it. */
const RENEW = `
  local holder = redis.call('GET', KEYS[1])
  if holder and holder ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  redis.call('SET', KEYS[2], 1, 'PX', ARGV[3])
  return 1
`

const RELEASE = `
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return end
  redis.call('SET', KEYS[2], 1, 'PX', ARGV[2])
  if ARGV[3] == 'in doubt' then redis.call('PEXPIRE', KEYS[1], ARGV[4]) else redis.call('DEL', KEYS[1]) end
`

/** One holder's lease of a domain, and the time of the last lock for a mailbox. Each call rejects with `StoreUnavailable`. */
export interface Lease {
  /** How long ago (ms) the mailbox's last lock ended; Infinity if unknown. Undefined if another holder has the lease. */
  acquire(): Promise<number | undefined>
  /** Extends the lease to its full time. False if it isn't ours any more. */
  renew(): Promise<boolean>
  /** @param inDoubt keeps the domain locked for the lease's full time */
  release(inDoubt: boolean): Promise<void>
}

/** @param token identifies the holder */
export function createLease(
  client: Redis,
  inStore: InStore,
  domain: string,
  address: string,
  token: string,
): Lease {
  const keys = [`rekey:lock:${domain}`, `rekey:last-lock:${address}`] as const
  return {
    async acquire() {
      const reply = client.eval(ACQUIRE, 2, ...keys, token, LEASE_MS, HELD_LOCK_MEMORY_MS)
      return await inStore(reply.then(lastMsAgoOf))
    },
    async renew() {
      return (await inStore(client.eval(RENEW, 2, ...keys, token, LEASE_MS, HELD_LOCK_MEMORY_MS))) === 1
    },
    async release(inDoubt) {
      const end = inDoubt ? 'in doubt' : 'known'
      await inStore(client.eval(RELEASE, 2, ...keys, token, LOCK_MEMORY_MS, end, LEASE_MS))
    },
  }
}

function lastMsAgoOf(reply: unknown): number | undefined {
  if (reply === null) return undefined
  if (typeof reply !== 'number') throw new UnexpectedReply()
  return reply < 0 ? Number.POSITIVE_INFINITY : Math.max(0, LOCK_MEMORY_MS - reply)
}
