import { createHmac } from 'node:crypto'

/** HMAC-SHA-256, 32 bytes. */
export function hmac(key: Buffer, text: Buffer | string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** A part with its length before it, so that no other parts make the same bytes. */
export function sized(part: string | Buffer): Buffer {
  const bytes = Buffer.from(part)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** The parts that `sized` made, one after another; to be called only with what we made. */
export function readSized(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 2 + bytes.readUInt16BE(at)
    parts.push(bytes.subarray(at + 2, end))
    at = end
  }
  return parts
}

/** Base64url without padding (RFC 4648 section 5). */
export function encode(bytes: Buffer): string {
  return bytes.toString('base64url')
}

/** Undefined for what is no base64url as we write it: each text has one spelling. */
export function decode(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return encode(bytes) === text ? bytes : undefined
}
