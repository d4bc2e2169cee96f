import type { DurableStore } from '../core/recovery/durable-store.js'
import { keptUntilMs } from './address-records.js'
import { RECORD_PREFIX, type RecordSeal } from './sealed-records.js'

/** How many records of recovery addresses were sealed anew, and how many were not. */
export interface Rotation {
  readonly sealed: number
  /** Already sealed with the current secret. */
  readonly unchanged: number
  /** Neither secret opens them. They are kept unchanged. */
  readonly unreadable: number
}

/**
 * Seals all records of the former secret with the current one. It can be interrupted at any time and run again. Rejects with
 * `StoreUnavailable`.
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
    // An address that was set under the current secret in the meantime wins.
    if (later === undefined || !present.open(newKey, later)) {
      await store.set(newKey, present.seal(newKey, record), keptUntilMs(record))
    }
    await store.delete(key)
    rotation.sealed += 1
  }
  return rotation
}
