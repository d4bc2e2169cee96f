import type { Redis } from 'ioredis'
import type { DurableStore } from '../core/recovery/durable-store.js'
import { reasonOf } from './redis-client.js'
import type { InStore } from './redis-health.js'

/**
 * What Redis still has after a restart: nearly everything (`log`), its last snapshot (`snapshots`) or nothing (`none`). If Redis
 * doesn't say (`unknown`), there may be a reason such as `NOPERM`.
 */
export interface Persistence {
  readonly kind: 'log' | 'snapshots' | 'none' | 'unknown'
  readonly reason?: string | undefined
}

/** The durable store of all instances. It outlasts a restart of Redis as far as Redis saves its data. */
export interface RedisDurableStore extends DurableStore {
  /** Never rejects. */
  readPersistence(): Promise<Persistence>
}

const PREFIX = 'rekey:recovery:'

/** How many keys one command scans. */
const SCANNED = 1000

/** Uses the connection of the shared store, which also checks and closes it. */
export function createRedisDurableStore(client: Redis, inStore: InStore): RedisDurableStore {
  return {
    get: async (key) => (await inStore(client.get(PREFIX + key))) ?? undefined,

    async set(key, value, untilMs) {
      await inStore(
        untilMs === undefined
          ? client.set(PREFIX + key, value)
          : client.set(PREFIX + key, value, 'PX', lifetimeMs(untilMs)),
      )
    },

    async add(key, value, untilMs) {
      const reply = await inStore(
        untilMs === undefined
          ? client.set(PREFIX + key, value, 'NX')
          : client.set(PREFIX + key, value, 'PX', lifetimeMs(untilMs), 'NX'),
      )
      return reply === 'OK'
    },

    async delete(key) {
      await inStore(client.del(PREFIX + key))
    },

    async entries(prefix) {
      const found = new Map<string, string>()
      let cursor = '0'
      do {
        const [next, keys] = await inStore(
          client.scan(cursor, 'MATCH', `${escapePattern(PREFIX + prefix)}*`, 'COUNT', SCANNED),
        )
        const values = keys.length > 0 ? await inStore(client.mget(keys)) : []
        for (const [index, key] of keys.entries()) {
          const value = values[index]
          // A key may have expired meanwhile.
          if (typeof value === 'string') found.set(key.slice(PREFIX.length), value)
        }
        cursor = next
      } while (cursor !== '0')
      return [...found]
    },

    async readPersistence() {
      try {
        const found = /^aof_enabled:(\d)/m.exec(await client.info('persistence'))?.[1]
        if (found === undefined) return { kind: 'unknown', reason: 'not-told' }
        if (found === '1') return { kind: 'log' }
        const [, save] = (await client.config('GET', 'save')) as string[]
        return { kind: save ? 'snapshots' : 'none' }
      } catch (error) {
        return { kind: 'unknown', reason: reasonOf(error as Error) }
      }
    },

    checkReadiness: async () => [],
    close: async () => undefined,
  }
}

/** Redis accepts no lifetime below a millisecond. */
function lifetimeMs(untilMs: number): number {
  return Math.max(1, untilMs - Date.now())
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\*?[\]^-]/g, '\\$&')
}
