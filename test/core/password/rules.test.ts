import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Mailbox, parseMailbox } from '../../../src/core/mailbox.js'
import {
  breachedRules,
  GENERATED_SPECIALS,
  type KnownPasswords,
  MAX_PASSWORD_BYTES,
  panelWouldMisread,
  passwordRulesAttribute,
} from '../../../src/core/password/rules.js'
import { isCommonPassword } from '../../kit/strength.js'

const policy = { minLength: 12, isCommon: isCommonPassword }

function mailboxOf(address: string): Mailbox {
  const mailbox = parseMailbox(address)
  if (!mailbox) throw new Error(address)
  return mailbox
}

function breaches(password: string, address = 'info@example.org', known: KnownPasswords = {}): string[] {
  return breachedRules(policy, mailboxOf(address), password, known).map((reason) => reason.code)
}

it('a new password that keeps every rule is accepted', () => {
  expect(breaches('correct horse battery staple')).toEqual([])
  expect(breaches('-begins with a hyphen')).toEqual([])
  expect(breaches('pässwörd-ünï-😀')).toEqual([])
})

it('a new password has a minimum length in code points, not in bytes or UTF-16 units', () => {
  expect(breaches('😀'.repeat(11))).toEqual(['too-short'])
  expect(breaches('😀'.repeat(12))).toEqual([])
})

it('a new password has at most 72 bytes of UTF-8', () => {
  expect(breaches('ä'.repeat(36))).toEqual([])
  expect(breaches(`${'ä'.repeat(36)}b`)).toEqual(['too-long'])
})

it.each(['\0', '\n', '\t', '\r', '\x7f', '\x85'])(
  'a new password has no control character %j',
  (character) => {
    expect(breaches(`good enough${character}otherwise`)).toEqual(['control-character'])
  },
)

it.each(['\u200b', '\u2060', '\u00ad', '\u202e', '\u2028', '\u3164', '\u200d', '\ufe0f'])(
  'a new password has no invisible character, and none that changes the text direction: %j',
  (character) => {
    expect(breaches(`good enough${character}otherwise`)).toEqual(['invisible-character'])
  },
)

it.each(['👩‍🚀 liebt ❤️‍🔥 und ⚡️', 'می‌خواهم بروم', 'क्‌ष क्‍ष त्र ज्ञ', 'ශ්‍රී ලංකා දේශය'])(
  'a new password may have joined emoji, and joiners that its script needs: %s',
  (password) => {
    expect(breaches(password)).toEqual([])
  },
)

it.each([
  ' good enough otherwise',
  'good enough otherwise ',
  '\u00a0good enough otherwise',
  'good enough otherwise\u3000',
])('a new password has no outer white space: %j', (password) => {
  expect(breaches(password)).toEqual(['outer-space'])
})

it('a new password does not look like a file name that the panel would read', () => {
  expect(breaches('/tmp/a-file-of-mine')).toEqual(['looks-like-a-file'])
  expect(breaches('a/tmp/in-the-middle')).toEqual([])
})

it('a new password differs from the current one, if that is known', () => {
  const known = { current: 'présent enough already' }
  expect(breaches('présent enough already', 'info@example.org', known)).toEqual(['same-as-current'])
  expect(breaches('pre\u0301sent enough already', 'info@example.org', known)).toEqual(['same-as-current'])
})

it.each([
  ['a digit raised', 'violet kettle 7', 'violet kettle 8'],
  ['a sign more', 'violet kettle 7', 'violet kettle 7!'],
])('a new password is not similar to the current one, if that is known: %s', (_what, current, password) => {
  expect(breaches(password, 'info@example.org', { current })).toEqual(['similar-to-current'])
  expect(breaches(password, 'info@example.org', { account: current })).toEqual([])
  expect(breaches(password)).toEqual([])
})

it('a new password differs from that of the hosting account, if that is known', () => {
  const known = { account: 'présent enough already' }
  expect(breaches('présent enough already', 'info@example.org', known)).toEqual(['same-as-account'])
  expect(breaches('pre\u0301sent enough already', 'info@example.org', known)).toEqual(['same-as-account'])
  expect(breaches('present enough already', 'info@example.org', known)).toEqual([])
})

it.each([
  ['holds JOHN.doe somewhere', 'john.doe@foo.org'],
  ['my EXAMPLE is long', 'bob@example.org'],
  ['password-for-info', 'info@example.org'],
  ['all my info2024 things', 'info@example.org'],
  ['here_info_and_there', 'info@example.org'],
  ['tinfoil and info too', 'info@example.org'],
  ['infoinfoinfo', 'info@example.org'],
  ['my newsletterboxes', 'newsletter@foo.org'],
  ['viele bu\u0308cher hier', 'bob@bücher.example'],
  ['my example is long', 'bob@shop.example.org'],
  ['viele BÜCHER hier', 'bob@bücher.example'],
  ['viele xn--bcher-kva hier', 'bob@bücher.example'],
])('a new password does not contain a part of the address: %s for %s', (password, address) => {
  expect(breaches(password, address)).toEqual(['contains-address'])
})

it.each([
  ['tinfoil hat gravel mustard', 'info@example.org'],
  ['wholesale goods of May', 'sales@example.org'],
  ['die Infothek der Stadt', 'info@example.org'],
  ['kein Geheiminfo dabei', 'info@example.org'],
  ['counterexamples everywhere', 'bob@example.org'],
  ['Handbücherei im Keller', 'bob@bücher.example'],
])(
  'a new password may contain a short part of the address inside another word: %s for %s',
  (password, address) => {
    expect(breaches(password, address)).toEqual([])
  },
)

it('a new password that contains a part of the address is told which', () => {
  const reasonsOf = (password: string) => breachedRules(policy, mailboxOf('info@example.org'), password)
  expect(reasonsOf('password-for-Info')).toEqual([{ code: 'contains-address', word: 'info' }])
  expect(reasonsOf('password-for-Example')).toEqual([{ code: 'contains-address', word: 'example' }])
})

it('a new password may contain parts of fewer than four characters, and the top-level domain', () => {
  expect(breaches('bob of abc in the museum', 'bob@abc.museum')).toEqual([])
})

it('a new password is not a common one, whatever its case', () => {
  expect(breaches('qwertyuiop123')).toEqual(['common'])
  expect(breaches('QwertyUIOP123')).toEqual(['common'])
})

it('a new password gets all its faults at once', () => {
  expect(breaches('\tinfo ', 'info@example.org', { current: '\tinfo ' })).toEqual([
    'too-short',
    'control-character',
    'outer-space',
    'same-as-current',
    'contains-address',
  ])
  expect(breaches('password')).toEqual(['too-short', 'common'])
})

it('an accepted new password reaches the panel unchanged: nothing to trim, cut or misread', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 10, maxLength: 80 }), (password) => {
      if (breaches(password).length > 0) return
      expect(password.replace(/^[ \t\r\n\0\v]+|[ \t\r\n\0\v]+$/g, '')).toBe(password)
      expect(password.startsWith('/tmp/')).toBe(false)
      expect(Buffer.byteLength(password)).toBeLessThanOrEqual(72)
    }),
    { numRuns: 2000 },
  )
})

it.each(['-x', '--help', '/tmp/file', ' alice', 'alice ', '\talice', 'alice\n', 'al\0ice', '-'])(
  'a hosting-account password that the panel would misread is recognised: %j',
  (password) => {
    expect(panelWouldMisread(password)).toBe(true)
  },
)

it.each(['alice panel pw', 'a-b', 'a/tmp/b', '/tmp', 'ünï 😀', '\u00a0alice'])(
  'any other hosting-account password is sent: %j',
  (password) => {
    expect(panelWouldMisread(password)).toBe(false)
  },
)

it('the passwordrules attribute is in Apple’s syntax', () => {
  expect(passwordRulesAttribute(12)).toBe(
    'minlength: 12; maxlength: 72; allowed: upper, lower, digit, [-!#$%*+,.:;=?@^_~];',
  )
  // A custom class contains printable ASCII, ends at the first bracket, and has a hyphen only at its beginning.
  expect(GENERATED_SPECIALS).toMatch(/^-?[!-,.-\\^-~]*$/)
})

it('a password made by the passwordrules attribute is accepted by the panel unchanged', () => {
  const mailbox = mailboxOf('info@example.org')
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  const unit = fc.constantFrom(...letters, ...GENERATED_SPECIALS)
  fc.assert(
    fc.property(fc.string({ unit, minLength: 12, maxLength: MAX_PASSWORD_BYTES }), (password) => {
      const uncommon = { minLength: 12, isCommon: () => false }
      const reasons = breachedRules(uncommon, mailbox, password, undefined).map(({ code }) => code)
      // It may contain the domain's name by chance.
      expect(reasons.filter((code) => code !== 'contains-address')).toEqual([])
    }),
    { numRuns: 1000 },
  )
})
