import { createHmac } from 'node:crypto'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const STEP_MS = 30_000

/** The one-time code (RFC 6238) at a time: SHA-1, 30 s, 6 digits. */
export function totp(secretBase32: string, nowMs: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / STEP_MS)))
  const mac = createHmac('sha1', decodeBase32(secretBase32)).update(counter).digest()
  const offset = mac.readUInt8(mac.length - 1) & 0xf
  const code = (mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000
  return String(code).padStart(6, '0')
}

/** Whether the code is for the current step or the one before or after, because authenticator clocks drift. */
export function acceptsTotp(secretBase32: string, code: string, nowMs: number): boolean {
  return [-STEP_MS, 0, STEP_MS].some((driftMs) => totp(secretBase32, nowMs + driftMs) === code)
}

function decodeBase32(text: string): Buffer {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
