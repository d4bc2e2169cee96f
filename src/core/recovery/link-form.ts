import { normalizeLink } from '../typed-text.js'

// What stands in a link (docs/recovery.md, "The form of a link"). It is for browsers too.

/** The secret part of a link: its body and its MAC, both in base64url. */
export const LINK_FORM = /^rk1\.([\w-]+)\.([\w-]+)$/

/** Kind, expiry and random bytes. */
const HEAD_BYTES = 17

/** The body of a link, which need not be one that we made. */
export interface LinkBody {
  readonly kind: number
  /** Seconds since 1970. */
  readonly expiresS: number
  /** The kind, the expiry and the random bytes, as they stand in the body. */
  readonly head: Uint8Array
  readonly binding: Uint8Array
  readonly domainForm: string
  readonly localPart: string
}

/** Undefined for bytes that don't have the form of a body. */
export function readLinkBody(bytes: Uint8Array): LinkBody | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = new TextDecoder('utf-8', { fatal: true })
  let at = HEAD_BYTES

  function nextField(): Uint8Array {
    const start = at + 2
    at = start + view.getUint16(at)
    return bytes.subarray(start, at)
  }

  try {
    const body = {
      kind: view.getUint8(0),
      expiresS: view.getUint32(1),
      head: bytes.subarray(0, HEAD_BYTES),
      binding: nextField(),
      domainForm: text.decode(nextField()),
      localPart: text.decode(nextField()),
    }
    return at === bytes.length ? body : undefined
  } catch {
    return undefined
  }
}

/** The mailbox that a link names, as it was typed or copied: it may be forged. Undefined for what is no link. */
export function mailboxOfLink(typed: string): string | undefined {
  const [, encoded] = LINK_FORM.exec(normalizeLink(typed)) ?? []
  const bytes = encoded === undefined ? undefined : decode(encoded)
  const body = bytes && readLinkBody(bytes)
  return body && `${body.localPart}@${body.domainForm}`
}

/** Undefined for what is no base64url. */
function decode(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (byte) => byte.charCodeAt(0))
  } catch {
    return undefined
  }
}
