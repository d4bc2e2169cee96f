import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { MailboxAddresses } from '../core/recovery/recovery-address.js'
import { deriveKey } from '../lib/derive-key.js'
import type { Secret } from '../lib/secret.js'
import { decode, encode, hmac } from './bytes.js'

/** The start of all keys of records. */
export const RECORD_PREFIX = 'address:'

const CIPHER = 'aes-256-gcm'
const VERSION = Buffer.from([1])
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = VERSION.length + NONCE_BYTES

/** The contents of a record. */
export interface SealedRecord extends MailboxAddresses {
  /** The mailbox's address, to find the record's key after a change of the secret. */
  readonly mailbox: string
}

/** Writes and reads records as described in docs/recovery.md. */
export interface RecordSeal {
  /** The key of a mailbox's record, which doesn't reveal the mailbox. */
  keyOf(mailbox: string): string
  seal(key: string, record: SealedRecord): string
  /** Undefined if it wasn't sealed with this secret for this key. */
  open(key: string, value: string): SealedRecord | undefined
}

/** @param secret all keys are derived from it */
export function createRecordSeal(secret: Secret): RecordSeal {
  const from = secret.reveal()
  const sealKey = deriveKey(from, 'recovery addresses')
  const nameKey = deriveKey(from, 'recovery address names')

  return {
    keyOf: (mailbox) => `${RECORD_PREFIX}${encode(hmac(nameKey, mailbox))}`,

    seal(key, record) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, sealKey, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(boundTo(key))
      const text = Buffer.concat([cipher.update(JSON.stringify(record)), cipher.final()])
      return encode(Buffer.concat([VERSION, nonce, text, cipher.getAuthTag()]))
    },

    open(key, value) {
      const bytes = decode(value)
      if (!bytes || bytes.length < HEAD_BYTES + TAG_BYTES) return undefined
      if (!bytes.subarray(0, VERSION.length).equals(VERSION)) return undefined
      const nonce = bytes.subarray(VERSION.length, HEAD_BYTES)
      const decipher = createDecipheriv(CIPHER, sealKey, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(boundTo(key))
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
      try {
        const text = Buffer.concat([
          decipher.update(bytes.subarray(HEAD_BYTES, -TAG_BYTES)),
          decipher.final(),
        ])
        return JSON.parse(text.toString())
      } catch {
        return undefined
      }
    },
  }
}

/** A value can't be opened if it was copied to another key or marked with another version. */
function boundTo(key: string): Buffer {
  return Buffer.concat([VERSION, Buffer.from(key)])
}
