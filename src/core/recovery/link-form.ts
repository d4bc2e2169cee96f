import { normalizeLink } from '../typed-text.js'

// The contents of a link (docs/recovery.md, "The form of a link"). Also for browsers.

/** The secret part of a link: body and MAC in base64url. */
export const LINK_FORM = /^rk1\.([\w-]+)\.([\w-]+)$/

/** Kind, expiry and random bytes. */
const HEAD_BYTES = 17

/** The body of a link. It may be forged. */
export interface LinkBody {
  readonly kind: number
  /** Seconds since 1970. */
  readonly expiresS: number
  /** The first bytes of the body: kind, expiry and random bytes. */
  readonly head: Uint8Array
  readonly binding: Uint8Array
  readonly domainForm: string
  readonly localPart: string
}

/** Undefined if the bytes don't have this form. */
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

/** The mailbox that a typed or copied link names; undefined if it isn't a link. It may be forged. */
export function mailboxOfLink(typed: string): string | undefined {
  const [, encoded] = LINK_FORM.exec(normalizeLink(typed)) ?? []
  const bytes = encoded === undefined ? undefined : decode(encoded)
  const body = bytes && readLinkBody(bytes)
  return body && `${body.localPart}@${body.domainForm}`
}

/** Undefined if it isn't base64url. */
function decode(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (byte) => byte.charCodeAt(0))
  } catch {
    return undefined
  }
}
