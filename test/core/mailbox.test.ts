import fc from 'fast-check'
import { expect, it } from 'vitest'
import { characterNotAllowed, parseMailbox } from '../../src/core/mailbox.js'

it('an address is read as typed: in lower case, without the spaces around it', () => {
  expect(parseMailbox('  Info@Example.ORG ')).toEqual({
    localPart: 'info',
    domain: 'example.org',
    domainForms: ['example.org'],
    address: 'info@example.org',
  })
})

it.each([
  'kontakt@bücher.example',
  'kontakt@BÜCHER.example',
  'kontakt@bu\u0308cher.example',
  'kontakt@xn--bcher-kva.example',
])('an address of an internationalised domain has both forms, Unicode first: %s', (typed) => {
  expect(parseMailbox(typed)).toMatchObject({
    domain: 'xn--bcher-kva.example',
    domainForms: ['bücher.example', 'xn--bcher-kva.example'],
  })
})

it.each([
  'info\u200b@example.org',
  '\u202ainfo@example.org\u202c',
  'info@example.org\u200e',
  'in\u00adfo@exam\u00adple.org',
  'info\u2060@\ufeffexample.org',
  'info＠example．org',
  'ｉｎｆｏ＠ｅｘａｍｐｌｅ。ｏｒｇ',
  'info@example｡org',
  'info@example.org.',
  'info@example.org, ',
  'info@example.org;',
  'info@example.org。',
  'mailto:info@example.org',
  'MailTo:info@example.org?subject=Hello@you',
  'Name <info@example.org>',
  '"Doe, Jane" <info@example.org>;',
  'info@example.org <info@example.org>',
  '<mailto:info@example.org>.',
  '“info@example.org”',
  "('info@example.org')",
  'Info@Example.org\u3000',
])('an address is read as it was meant, without what was copied along with it: %j', (typed) => {
  expect(parseMailbox(typed)?.address).toBe('info@example.org')
})

it('an address keeps a joiner that its domain needs; other domains lose it', () => {
  expect(parseMailbox('info@نامه‌ای.example')).toBeUndefined()
  expect(parseMailbox('info@نامهای.example')?.domainForms[0]).toBe('نامهای.example')
})

it.each([
  '',
  '@',
  'info',
  'info@',
  '@example.org',
  'info@example',
  'info@@example.org',
  'info@example.org@example.org',
  'in fo@example.org',
  'ínfo@example.org',
  'info+tag@example.org',
  "in'fo@example.org",
  `${'a'.repeat(65)}@example.org`,
  'info@-example.org',
  'info@example-.org',
  'info@-à.org',
  'info@à-.example.org',
  'info@xn----sfa.org',
  // Otherwise another name of почта.example, which would bypass its limits and its lock.
  'info@xn---80a1acny.example',
  'info@example..org',
  'info@.example.org',
  'info@exa mple.org',
  'info@exa_mple.org',
  'info@www.example.org',
  'info@⅐.org',
  'info@ＷＷＷ.example.org',
  'info@127.0.0.1',
  'info@0x7f.1',
  'info@[::1]',
  'info@example.org:25',
  'info@ex%61mple.org',
  'info@example.org/..',
  'info@example.org\n.org',
  'info\0@example.org',
  `info@${'a'.repeat(64)}.org`,
  `info@${'a.'.repeat(126)}org`,
  'info@xn--zzzzzzzzzzzzzz.example',
])('an address that no panel can store is refused: %j', (typed) => {
  expect(parseMailbox(typed)).toBeUndefined()
})

it.each([
  ['info+tag@example.org', '+'],
  ["o'hara@example.org", "'"],
  ['ínfo@example.org', 'í'],
  ['in！fo@example.org', '!'],
  ['info#1@example.org', '#'],
  ['😀@example.org', '😀'],
  ['info@exa_mple.org', '_'],
  ['info@example.org/..', '/'],
  ['info@[::1]', '['],
  ['info@⅐.org', '⁄'],
  ['Info <info+tag@example.org>', '+'],
])('an address with a character that no mailbox has names the character: %s', (typed, character) => {
  expect(parseMailbox(typed)).toBeUndefined()
  expect(characterNotAllowed(typed)).toBe(character)
})

it.each([
  '',
  'info',
  'info@',
  '@example.org',
  'in+fo',
  'a@b+c@example.org',
  'in fo@example.org',
  'info\0@example.org',
])('an incomplete address, or one with an invisible character, names no character: %j', (typed) => {
  expect(characterNotAllowed(typed)).toBeUndefined()
})

it('an address of a mailbox names no character', () => {
  fc.assert(
    fc.property(fc.emailAddress(), (typed) => {
      fc.pre(parseMailbox(typed) !== undefined)
      expect(characterNotAllowed(typed)).toBeUndefined()
    }),
  )
})

it('an address has a domain of at most 253 characters', () => {
  const labels = 'a.'.repeat(124)
  expect(parseMailbox(`info@${labels}a.org`)).toMatchObject({ domain: `${labels}a.org` })
  expect(`${labels}a.org`).toHaveLength(253)
  expect(parseMailbox(`info@${labels}aa.org`)).toBeUndefined()
})

it('an address never makes the parser throw, and the result is safe to send', () => {
  const typed = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.tuple(fc.string(), fc.string({ unit: 'grapheme' })).map(([local, domain]) => `${local}@${domain}.org`),
    fc.emailAddress(),
    fc
      .string({ unit: fc.constantFrom(...'-.-.aà1ßıİ。\u00ad\u200dﬀ') })
      .map((domain) => `info@${domain}.org`),
  )
  fc.assert(
    fc.property(typed, (text) => {
      const mailbox = parseMailbox(text)
      if (!mailbox) return
      expect(mailbox.localPart).toMatch(/^[a-z0-9_.-]{1,64}$/)
      expect(mailbox.domain).toMatch(/^[a-z0-9.-]{3,253}$/)
      for (const form of mailbox.domainForms) {
        expect(form).toMatch(/^[^\p{Cc}\p{Zs}@/:%-][^\p{Cc}\p{Zs}@/:%]*$/u)
        expect(parseMailbox(`${mailbox.localPart}@${form}`)).toEqual(mailbox)
      }
    }),
    { numRuns: 5000 },
  )
})
