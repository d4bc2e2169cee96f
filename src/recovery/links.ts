import { randomBytes, timingSafeEqual } from 'node:crypto'
import { parseMailbox } from '../core/mailbox.js'
import { LINK_FORM, readLinkBody } from '../core/recovery/link-form.js'
import type { LinkBinding, LinkKind, OpenedLink, RecoveryLinks } from '../core/recovery/recovery-links.js'
import { deriveKey } from '../lib/derive-key.js'
import { Secret } from '../lib/secret.js'
import { decode, encode, hmac, sized } from './bytes.js'

/** The number of each kind inside a link. */
const KINDS: Readonly<Record<LinkKind, number>> = { owner: 1, address: 2, confirmation: 3 }

const VERSION = 'rk1'
const RANDOM_BYTES = 12
const MAC_BYTES = 32

/** Longer than any link: names have at most 253 characters of up to three bytes. */
const MAX_LENGTH = 2000

/** The two keys for links, derived from one secret. */
function keysOf(secret: Secret) {
  const from = secret.reveal()
  return { mac: deriveKey(from, 'recovery links'), binding: deriveKey(from, 'recovery link bindings') }
}

type Keys = ReturnType<typeof keysOf>

/**
 * Makes and opens links as described in docs/recovery.md.
 *
 * @param secrets the first one signs; links signed with any of them open
 * @param random returns this many unguessable bytes
 */
export function createRecoveryLinks(
  secrets: readonly [Secret, ...Secret[]],
  random: (bytes: number) => Buffer = randomBytes,
): RecoveryLinks {
  const [current, ...former] = secrets.map(keysOf) as [Keys, ...Keys[]]

  function openWith(keys: Keys, body: Buffer, mac: Buffer): OpenedLink | undefined {
    if (!timingSafeEqual(hmac(keys.mac, body), mac)) return undefined
    const read = readLinkBody(body)
    if (!read) return undefined
    const { expiresS, head, binding, domainForm, localPart } = read
    const kind = kindOf(read.kind)
    const mailbox = parseMailbox(`${localPart}@${domainForm}`)
    if (!kind || !mailbox || expiresS * 1000 <= Date.now()) return undefined
    return {
      kind,
      id: Buffer.from(head.subarray(-RANDOM_BYTES)).toString('base64url'),
      expiresMs: expiresS * 1000,
      mailbox,
      isBoundTo: (now) => timingSafeEqual(bindingOf(keys, head, now), binding),
    }
  }

  return {
    make(kind, binding, expiresMs) {
      const head = Buffer.alloc(5 + RANDOM_BYTES)
      head.writeUInt8(KINDS[kind])
      head.writeUInt32BE(Math.floor(expiresMs / 1000), 1)
      random(RANDOM_BYTES).copy(head, 5)
      const { domainForm, localPart } = binding
      const body = Buffer.concat([
        head,
        ...[bindingOf(current, head, binding), domainForm, localPart].map(sized),
      ])
      return new Secret([VERSION, encode(body), encode(hmac(current.mac, body))].join('.'))
    },

    open(text) {
      const [, ...parts] = text.length > MAX_LENGTH ? [] : (LINK_FORM.exec(text) ?? [])
      const [body, mac] = parts.map(decode)
      if (!body || mac?.length !== MAC_BYTES) return undefined
      return [current, ...former].map((keys) => openWith(keys, body, mac)).find((link) => link !== undefined)
    },
  }
}

function kindOf(number: number): LinkKind | undefined {
  return (Object.keys(KINDS) as LinkKind[]).find((kind) => KINDS[kind] === number)
}

function bindingOf(
  keys: Keys,
  head: Uint8Array,
  { owner, domainForm, localPart, storedHash, state }: LinkBinding,
): Buffer {
  const parts = [owner, domainForm, localPart, storedHash.reveal(), state]
  return hmac(keys.binding, Buffer.concat([head, ...parts.map(sized)]))
}
