import { timingSafeEqual } from 'node:crypto'
import { parseMailbox } from '../core/mailbox.js'
import type { AddressRemovals } from '../core/recovery/remove-address.js'
import { deriveKey } from '../lib/derive-key.js'
import { Secret } from '../lib/secret.js'
import { decode, encode, hmac, readSized, sized } from './bytes.js'

const EXPIRY_BYTES = 6
const FORM = /^([\w-]{1,1000})\.([\w-]{1,100})$/

/** Makes and opens tokens for the removal of a recovery address, as described in docs/recovery.md. */
export function createAddressRemovals(secret: Secret): AddressRemovals {
  const key = deriveKey(secret.reveal(), 'recovery address removals')
  return {
    make({ address }, id, expiresMs) {
      const expiry = Buffer.alloc(EXPIRY_BYTES)
      expiry.writeUIntBE(expiresMs, 0, EXPIRY_BYTES)
      const body = Buffer.concat([expiry, sized(address), sized(id)])
      return new Secret(`${encode(body)}.${encode(hmac(key, body))}`)
    },

    open(removal) {
      const [, ...parts] = FORM.exec(removal.reveal()) ?? []
      const [body, given] = parts.map(decode)
      if (!body || !given) return undefined
      const mac = hmac(key, body)
      if (given.length !== mac.length || !timingSafeEqual(given, mac)) return undefined
      const [address = '', id = ''] = readSized(body.subarray(EXPIRY_BYTES)).map(String)
      const mailbox = parseMailbox(address)
      if (!mailbox || body.readUIntBE(0, EXPIRY_BYTES) <= Date.now()) return undefined
      return { mailbox, id }
    },
  }
}
