import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { MailboxAddresses } from '../core/recovery/recovery-address.js'
import { deriveKey } from '../lib/derive-key.js'
import type { Secret } from '../lib/secret.js'
import { decode, encode, hmac } from './bytes.js'

/** All keys of records begin so. */
export const RECORD_PREFIX = 'address:'

const CIPHER = 'aes-256-gcm'
const VERSION = Buffer.from([1])
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = VERSION.length + NONCE_BYTES

/** What one record holds. */
export interface SealedRecord extends MailboxAddresses {
  /** The mailbox's address: with it the record finds its key again under another secret. */
  readonly mailbox: string
}

/** Writes and reads records as docs/recovery.md describes them. */
export interface RecordSeal {
  /** Where the record of a mailbox is kept; tells nobody else which mailbox that is. */
  keyOf(mailbox: string): string
  seal(key: string, record: SealedRecord): string
  /** Undefined for what wasn't sealed with this secret for this key. */
  open(key: string, value: string): SealedRecord | undefined
}

/** @param secret of which all keys are made */
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

/** A value that was copied to another key, or is said to be of another version, can't be opened. */
function boundTo(key: string): Buffer {
  return Buffer.concat([VERSION, Buffer.from(key)])
}
