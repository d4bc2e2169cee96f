import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Mailbox } from '../core/mailbox.js'
import type { AddressRecords } from '../core/recovery/address-records.js'
import type { DurableStore } from '../core/recovery/durable-store.js'
import { CONFIRMATION_MS, type MailboxAddresses } from '../core/recovery/recovery-address.js'
import type { Secret } from '../lib/secret.js'
import { encode, hmac } from './bytes.js'
import type { RecordSeal } from './sealed-records.js'

const BINDING_KEY_BYTES = 16

/** Clocks of instances may differ, so an unconfirmed address is kept longer than it can be confirmed. */
const KEPT_AFTER_MS = 600_000

/** @param reportUnreadable called with the mailbox if its record can't be read */
export function createAddressRecords(
  store: DurableStore,
  { keyOf, seal, open }: RecordSeal,
  reportUnreadable: (mailbox: Mailbox) => void,
): AddressRecords {
  return {
    async find(mailbox) {
      const key = keyOf(mailbox.address)
      const value = await store.get(key)
      if (value === undefined) return {}
      const record = open(key, value)
      if (!record) reportUnreadable(mailbox)
      return record ?? {}
    },

    async save({ address }, { confirmed, pending }) {
      const key = keyOf(address)
      if (!confirmed && !pending) return await store.delete(key)
      const value = seal(key, { mailbox: address, confirmed, pending })
      await store.set(key, value, keptUntilMs({ confirmed, pending }))
    },

    bindingOf(storedHash) {
      const key = randomBytes(BINDING_KEY_BYTES)
      return encode(Buffer.concat([key, digestOf(key, storedHash)]))
    },

    isBoundTo(binding, storedHash) {
      const bytes = Buffer.from(binding, 'base64url')
      const key = bytes.subarray(0, BINDING_KEY_BYTES)
      return timingSafeEqual(digestOf(key, storedHash), bytes.subarray(BINDING_KEY_BYTES))
    },
  }
}

/** Until when (Unix time in ms) a record must be kept; undefined to keep it until someone removes it. */
export function keptUntilMs({ confirmed, pending }: MailboxAddresses): number | undefined {
  return confirmed || !pending ? undefined : pending.setMs + CONFIRMATION_MS + KEPT_AFTER_MS
}

/** The key is stored in the record, so the secret behind the records can be changed without the hash. */
function digestOf(key: Buffer, storedHash: Secret): Buffer {
  return hmac(key, storedHash.reveal())
}
