import { randomUUID } from 'node:crypto'
import type { RecoveryStore } from '../config/recovery-store.js'
import { StoreUnavailable } from '../core/outage.js'
import type { DurableStore } from '../core/recovery/durable-store.js'
import type { Clock } from '../lib/clock.js'
import type { RedisAddress } from '../store/redis-client.js'
import type { Persistence } from '../store/redis-durable-store.js'
import { type Finding, fault, notChecked, ok, warning } from './finding.js'

const CHECK = 'recovery-store'

const USE_A_LOG =
  'Set `appendonly yes` in redis.conf, and run `CONFIG SET appendonly yes` to apply it at once.'

/** How long (ms) Redis may keep the doctor's value if the doctor can't remove it. */
const VALUE_LIFETIME_MS = 60_000

interface RecoveryStoreParts {
  readonly recoveryStore: RecoveryStore | undefined
  readonly redis: RedisAddress | undefined
  readonly clock: Clock
}

/** Writes a value to the recovery store, reads it and removes it. Also checks whether it would outlast a restart. */
export async function findRecoveryStore({
  recoveryStore,
  redis,
  clock,
}: RecoveryStoreParts): Promise<Finding> {
  if (recoveryStore?.kind === 'folder') return await examineFolder(recoveryStore.directory)
  if (recoveryStore && redis) return await examineRedis(redis, clock)
  return ok(CHECK, 'not in use: no data needs to outlast a restart')
}

async function examineFolder(directory: string): Promise<Finding> {
  const { probeFolder } = await import('../store/folder-probe.js')
  const reason = await probeFolder(directory)
  if (reason === undefined) return ok(CHECK, 'the folder stores data')
  const fix = 'Free space on its disk, or let Rekey’s user write to it: `ls -ld` shows its owner.'
  return fault(CHECK, 'recovery-store-unavailable', `the folder doesn’t store data (${reason})`, fix)
}

async function examineRedis(address: RedisAddress, clock: Clock): Promise<Finding> {
  const { createRedisStore } = await import('../store/redis-store.js')
  const store = await createRedisStore(address, { clock, randomId: randomUUID, report: () => undefined })
  try {
    const [unusable] = await store.checkReadiness()
    if (unusable && unusable.code !== 'store-evicts') {
      return notChecked(CHECK, 'fix the fault in "store" first')
    }
    const reason = await probeStore(store.durable)
    if (reason !== undefined) {
      const found = `Redis doesn’t store data (${reason})`
      const fix = 'Let Rekey’s user run all commands on its keys: docs/install.md has the permissions.'
      return fault(CHECK, 'recovery-store-unavailable', found, fix)
    }
    return findPersistence(await store.durable.readPersistence())
  } finally {
    await store.close()
  }
}

async function probeStore(store: DurableStore): Promise<string | undefined> {
  const value = randomUUID()
  const key = `doctor:${value}`
  try {
    await store.set(key, value, Date.now() + VALUE_LIFETIME_MS)
    const found = await store.get(key)
    await store.delete(key)
    return found === value ? undefined : 'differs'
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
    return error.reason
  }
}

function findPersistence({ kind, reason = 'not told' }: Persistence): Finding {
  switch (kind) {
    case 'log':
      return ok(CHECK, 'Redis stores data, and saves every write to disk (AOF)')
    case 'snapshots': {
      const found = 'Redis saves only snapshots: a crash loses everything since the last one'
      return warning(CHECK, 'recovery-store-snapshots', found, USE_A_LOG)
    }
    case 'none': {
      const found =
        'Redis saves nothing to disk: a restart loses recovery addresses, and used links work again'
      return fault(CHECK, 'recovery-store-not-saved', found, USE_A_LOG)
    }
    case 'unknown': {
      const found = `Redis stores data, but Rekey can’t check whether a restart loses it (${reason})`
      const fix =
        'Allow the check (`ACL SETUSER NAME +info +config|get`), or check yourself that `appendonly` is `yes`.'
      return warning(CHECK, 'recovery-store-unchecked', found, fix)
    }
  }
}
