import { pino } from 'pino'
import type { Config } from '../config/load.js'
import { StoreUnavailable } from '../core/outage.js'
import type { DurableStore } from '../core/recovery/durable-store.js'
import { rotateRecords } from '../recovery/rotate-records.js'
import { createRecordSeal, type RecordSeal } from '../recovery/sealed-records.js'
import { openStore } from './open-store.js'
import { openRecoveryStore } from './recovery-store.js'

/** The output and the result of `rekey rotate-recovery-key`. */
export interface RotationReport {
  readonly text: string
  readonly result: 'done' | 'no-keys' | 'no-store'
}

const KEYS_MISSING =
  'REKEY_RECOVERY_KEY and REKEY_RECOVERY_KEY_PREVIOUS must be set, and REKEY_PUBLIC_URL too.\n'

/** Encrypts all recovery addresses that use the old key with the new one. Can be repeated. */
export async function rotateRecoveryKey(config: Config): Promise<RotationReport> {
  const { addressKey, previousAddressKey } = config.recovery ?? {}
  if (!addressKey || !previousAddressKey) return { text: KEYS_MISSING, result: 'no-keys' }
  const lines: string[] = []
  const logger = pino({ level: 'error', base: null }, { write: (line: string) => void lines.push(line) })
  const shared = await openStore(config, logger, false)
  const store = await openRecoveryStore(config.recoveryStore, shared, logger)
  try {
    if (store === undefined || store === 'refused') return { text: lines.join(''), result: 'no-store' }
    return await rotate(store, createRecordSeal(previousAddressKey), createRecordSeal(addressKey))
  } finally {
    if (store !== 'refused') await store?.close()
    await shared.close()
  }
}

async function rotate(store: DurableStore, former: RecordSeal, present: RecordSeal): Promise<RotationReport> {
  try {
    const { sealed, unchanged, unreadable } = await rotateRecords(store, former, present)
    const counts = [
      `Records encrypted with the new key: ${sealed}`,
      `Records that already used the new key: ${unchanged}`,
      `Records that neither key can decrypt (kept unchanged): ${unreadable}`,
      'Now remove REKEY_RECOVERY_KEY_PREVIOUS, and start the service.',
    ]
    return { text: `${counts.join('\n')}\n`, result: 'done' }
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
    return {
      text: `The recovery store can’t be used (${error.reason}). Fix that, and run this again.\n`,
      result: 'no-store',
    }
  }
}
