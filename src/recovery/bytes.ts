import { createHmac } from 'node:crypto'

/** HMAC-SHA-256, 32 bytes. */
export function hmac(key: Buffer, text: Buffer | string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** A part with its length in front, so different parts never give the same bytes. */
export function sized(part: string | Buffer): Buffer {
  const bytes = Buffer.from(part)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** The parts that `sized` made, one after another. Only for bytes that Rekey made. */
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

/** Undefined if it isn't base64url in the form of `encode`: each text has one spelling. */
export function decode(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return encode(bytes) === text ? bytes : undefined
}
