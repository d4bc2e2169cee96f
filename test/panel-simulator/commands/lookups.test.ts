import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { MailDomain } from '../state/mail-domains.js'
import { findMailboxes } from './lookups.js'

it('a lookup of mailboxes, as by GNU grep, takes a dot of a name for any character', () => {
  fc.assert(
    fc.property(names, ([asked, stored]) => {
      expect(finds(asked, stored)).toBe(isLike(asked, stored))
    }),
    RUNS,
  )
})

it('a lookup of mailboxes, as by GNU grep, takes an escaped dot for a dot', () => {
  fc.assert(
    fc.property(names, ([asked, stored]) => {
      expect(finds(asked.replaceAll('.', '\\.'), stored)).toBe(asked === stored)
    }),
    RUNS,
  )
})

it('a lookup of mailboxes, as by GNU grep, finds the siblings of a name, and it alone not, where one of its dots may be no dot', () => {
  fc.assert(
    fc.property(names, ([asked, stored]) => {
      fc.pre(asked.includes('.'))
      expect(finds(siblingsOf(asked), stored)).toBe(isLike(asked, stored) && asked !== stored)
    }),
    RUNS,
  )
})

it.each([
  ['a|b', 'a|b', true],
  ['a|b', 'a', false],
  ['a\\|b', 'cab', true],
  ['(a)', '(a)', true],
  ['a+', 'aa', false],
  ['a\\+', 'aa', true],
  ['a\\?b', 'b', true],
  ['a\\{2\\}', 'aa', true],
  ['a*', 'aaa', true],
  ['[a-c.]', 'b', true],
  ['[^]a]', 'a', false],
  ['[]a]', 'a', true],
  ['[\\.]', '.', true],
  ['[', '[', false],
  ['\\(', '(', false],
  ['a^$b', 'a^$b', true],
  ["info' ALIAS='", 'info', true],
  ['info........', 'info', true],
])(
  'a lookup of mailboxes, as by GNU grep, reads %j as a basic expression, asked of %j',
  (asked, stored, found) => {
    expect(finds(asked, stored)).toBe(found)
  },
)

const RUNS = { numRuns: 2000 }

const letter = fc.constantFrom(...'abz059_-')
const dotted = fc
  .array(fc.string({ unit: letter, maxLength: 3 }), { minLength: 1, maxLength: 5 })
  .map((labels) => labels.join('.'))
  .filter((name) => name !== '')

/** A name with up to four dots, and another name that its dots may or may not match. */
const names = dotted.chain((asked) =>
  fc.tuple(
    fc.constant(asked),
    fc.oneof(
      dotted,
      fc
        .array(fc.constantFrom(...'.ab-'), { minLength: asked.length, maxLength: asked.length })
        .map((others) => [...asked].map((own, index) => (own === '.' ? others[index] : own)).join('')),
    ),
  ),
)

function isLike(asked: string, stored: string): boolean {
  return (
    asked.length === stored.length && [...asked].every((own, index) => ['.', stored[index]].includes(own))
  )
}

/** For example `\(a[^.]b.c\|a.b[^.]c\)` for `a.b.c`. */
function siblingsOf(name: string): string {
  const labels = name.split('.')
  const forms = labels.slice(1).map((_, index) => {
    const before = labels.slice(0, index + 1).join('.')
    return `${before}[^.]${labels.slice(index + 1).join('.')}`
  })
  return `\\(${forms.join('\\|')}\\)`
}

function finds(asked: string, account: string): boolean {
  const mailboxes = [{ account, hash: '{PLAIN}x', suspended: false }]
  const file: MailDomain = { owner: 'alice', name: 'example.org', suspended: false, mailboxes, loginFile: [] }
  return findMailboxes(file, asked).length > 0
}
