import assert from 'node:assert/strict'
import { characterNotAllowed, parseMailbox } from '../src/core/mailbox.js'
import { normalizeAccountName, normalizeAddress, normalizeCode } from '../src/core/typed-text.js'
import { holdsInvisible, withoutInvisible } from '../src/lib/invisible-characters.js'
import { defineTarget } from './target.js'
import { mixed, repeated } from './texts.js'

const PIECES = [
  'info',
  '@',
  '＠',
  'example.org',
  '.',
  '。',
  '-',
  '_',
  'www.',
  'xn--',
  'xn--bcher-kva.example',
  'bücher',
  '⅐',
  'İ',
  'ß',
  'ﬀ',
  'mailto:',
  '?subject=',
  '<',
  '>',
  '(',
  ')',
  '«',
  '»',
  '"',
  ' ',
  ',',
  '%41',
  '[::1]',
  '\u00ad',
  '\u200b',
  '\u200d',
  '\u202e',
  '\u3164',
  '\u0301',
  'ن',
  '\u200c',
  'م',
  '👩‍👧',
  '🏴',
  '\u{e0067}',
  '1',
  '٣',
  '𝟗',
  '㏂',
  '\u2212',
]

/** The service reads no longer bodies. */
const MAX_LENGTH = 8192

function checkAddress(typed: string): void {
  const normal = normalizeAddress(typed)
  assert.equal(normalizeAddress(normal), normal, 'an address that changes when it is read again')
  const mailbox = parseMailbox(typed)
  const sign = characterNotAllowed(typed)
  if (!mailbox) return
  assert.equal(sign, undefined, 'a mailbox with a character that is not allowed')
  assert.match(mailbox.address, /^[a-z0-9_.-]{1,64}@[a-z0-9.-]{3,253}$/)
  for (const form of [mailbox.domain, ...mailbox.domainForms]) {
    assert.deepEqual(parseMailbox(`${mailbox.localPart}@${form}`), mailbox, 'another mailbox by its own name')
  }
}

function checkText(typed: string): void {
  const seen = withoutInvisible(typed)
  assert.equal(holdsInvisible(typed), seen !== typed)
  const name = normalizeAccountName(typed)
  assert.doesNotMatch(name, /\s/)
  const code = normalizeCode(typed)
  // A text that is far too long for a code is left unchanged.
  if (code.length <= 100) assert.doesNotMatch(code, /(?![0-9])\p{Nd}/u)
}

/** The normalization of what people type, with typical texts and the longest possible. */
export const typedText = [
  defineTarget({ name: 'addresses', arbitrary: mixed(PIECES, 12), run: checkAddress }),
  defineTarget({ name: 'long-addresses', arbitrary: repeated(PIECES, MAX_LENGTH), run: checkAddress }),
  defineTarget({ name: 'names-and-codes', arbitrary: mixed(PIECES, 12), run: checkText }),
  defineTarget({ name: 'long-names-and-codes', arbitrary: repeated(PIECES, MAX_LENGTH), run: checkText }),
]
