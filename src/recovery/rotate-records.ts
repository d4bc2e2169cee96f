import type { DurableStore } from '../core/recovery/durable-store.js'
import { keptUntilMs } from './address-records.js'
import { RECORD_PREFIX, type RecordSeal } from './sealed-records.js'

/** What became of the records of recovery addresses; how many of each. */
export interface Rotation {
  readonly sealed: number
  /** They were sealed with the present secret before. */
  readonly unchanged: number
  /** Neither secret opens them: they are kept as they are. */
  readonly unreadable: number
}

/**
 * Seals all records that the former secret has sealed with the present one. It can be interrupted at any point, and run again. Rejects
 * with `StoreUnavailable`.
 */
export async function rotateRecords(
  store: DurableStore,
  former: RecordSeal,
  present: RecordSeal,
): Promise<Rotation> {
  const rotation = { sealed: 0, unchanged: 0, unreadable: 0 }
  for (const [key, value] of await store.entries(RECORD_PREFIX)) {
    if (present.open(key, value)) {
      rotation.unchanged += 1
      continue
    }
    const record = former.open(key, value)
    if (!record) {
      rotation.unreadable += 1
      continue
    }
    const newKey = present.keyOf(record.mailbox)
    const later = await store.get(newKey)
    // One that was set under the present secret meanwhile counts.
    if (later === undefined || !present.open(newKey, later)) {
      await store.set(newKey, present.seal(newKey, record), keptUntilMs(record))
    }
    await store.delete(key)
    rotation.sealed += 1
  }
  return rotation
}
