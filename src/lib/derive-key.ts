import { hkdfSync } from 'node:crypto'

/** What a key is for. Each purpose has its own key, which reveals nothing about the others. */
export type KeyPurpose =
  | 'puzzles'
  | 'known pairs'
  | 'recovery links'
  | 'recovery link bindings'
  | 'contacts'
  | 'recovery addresses'
  | 'recovery address names'
  | 'recovery address removals'

/** Derives a 32-byte key for one purpose (HKDF-SHA-256, RFC 5869). */
export function deriveKey(from: string | Buffer, purpose: KeyPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', from, '', `rekey ${purpose}`, 32))
}
