import { hkdfSync } from 'node:crypto'

/** What the keys of one process are for: each purpose has a key that tells nothing about the others. */
export type KeyPurpose =
  | 'puzzles'
  | 'known pairs'
  | 'recovery links'
  | 'recovery link bindings'
  | 'contacts'
  | 'recovery addresses'
  | 'recovery address names'
  | 'recovery address removals'

/** A key of 32 bytes for one purpose (HKDF-SHA-256, RFC 5869). */
export function deriveKey(from: string | Buffer, purpose: KeyPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', from, '', `rekey ${purpose}`, 32))
}
