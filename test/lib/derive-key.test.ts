import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { deriveKey } from '../../src/lib/derive-key.js'

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text, 'latin1').digest()

it('a derived key is what RFC 5869 makes of the secret and the purpose, alike in every process', () => {
  const extracted = hmac(Buffer.alloc(32), 'the secret')
  const expected = hmac(extracted, 'rekey puzzles\x01')
  expect(deriveKey('the secret', 'puzzles')).toEqual(expected)
  expect(deriveKey(Buffer.from('the secret'), 'puzzles')).toEqual(expected)
})
