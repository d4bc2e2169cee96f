import type { Redis } from 'ioredis'
import { DOUBT_MS, LOCK_MEMORY_MS } from '../core/domain-locks.js'
import { type InStore, UnexpectedReply } from './redis-health.js'

/** A crashed holder's lease ends by itself. */
const LEASE_MS = DOUBT_MS

/** A lock whose end is not known may last as long as its lease. */
const HELD_LOCK_MEMORY_MS = LOCK_MEMORY_MS + LEASE_MS

const ACQUIRE = `
  if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return false end
  local memory = redis.call('PTTL', KEYS[2])
  redis.call('SET', KEYS[2], 1, 'PX', ARGV[3])
  return memory
`

/** A lease that Redis has forgotten is taken again. */
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

/** One holder's claim to a domain, and the memory of the last lock for a mailbox. Each rejects with `StoreUnavailable`. */
export interface Lease {
  /** How long ago (ms) the mailbox's last lock ended, Infinity where none is known; undefined if somebody else holds the lease. */
  acquire(): Promise<number | undefined>
  /** Makes it last for its whole time again; false if it is not ours any more. */
  renew(): Promise<boolean>
  /** @param inDoubt lets it last for its whole time, though nobody holds it any more */
  release(inDoubt: boolean): Promise<void>
}

/** @param token tells the holder from all others */
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
