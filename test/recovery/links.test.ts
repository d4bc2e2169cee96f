import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeEach, expect, it, vi } from 'vitest'
import type { LinkBinding } from '../../src/core/recovery/recovery-links.js'
import { Secret } from '../../src/lib/secret.js'
import { createRecoveryLinks } from '../../src/recovery/links.js'

const DOCUMENTATION = readFileSync(new URL('../../docs/recovery.md', import.meta.url), 'utf8')
const NOW = 1_800_000_000_000
const DAY_MS = 24 * 3_600_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }))

const KEY = new Secret('a key of 32 bytes or more, for tests')
const LATER_KEY = new Secret('another key of 32 bytes or more, later')
const links = createRecoveryLinks([KEY])

function bindingTo(parts: Partial<LinkBinding> = {}): LinkBinding {
  return {
    owner: 'alice',
    domainForm: 'example.org',
    localPart: 'info',
    storedHash: new Secret('{MD5}$1$abcdefgh$0123456789abcdefghijkl'),
    state: '',
    ...parts,
  }
}

const link = (parts?: Partial<LinkBinding>): string =>
  links.make('owner', bindingTo(parts), NOW + DAY_MS).reveal()

it('a link opens with its kind, its mailbox and its expiry, and is bound to what it was made for', () => {
  const opened = links.open(link())
  expect(opened).toMatchObject({
    kind: 'owner',
    expiresMs: NOW + DAY_MS,
    mailbox: { address: 'info@example.org' },
  })
  expect(opened?.isBoundTo(bindingTo())).toBe(true)
})

it('the links in docs/recovery.md are made in this way', () => {
  const fixed = createRecoveryLinks([new Secret('docs/recovery.md: a key of 32 bytes or more')], (bytes) =>
    Buffer.alloc(bytes, 7),
  )
  const other = bindingTo({ domainForm: 'bücher.example', localPart: 'kontakt', state: 'end id' })
  expect(DOCUMENTATION).toContain(fixed.make('owner', bindingTo(), NOW).reveal())
  expect(DOCUMENTATION).toContain(fixed.make('address', other, NOW).reveal())
})

it.each(['owner', 'address', 'confirmation'] as const)('a link of kind %s keeps its kind', (kind) => {
  expect(links.open(links.make(kind, bindingTo(), NOW + DAY_MS).reveal())?.kind).toBe(kind)
})

it('links for the same mailbox have different IDs, which have 96 bits', () => {
  const ids = [1, 2, 3].map(() => links.open(link())?.id ?? '')
  expect(new Set(ids).size).toBe(3)
  for (const id of ids) expect(Buffer.from(id, 'base64url')).toHaveLength(12)
})

it.each<[string, Partial<LinkBinding>]>([
  ['the password was changed', { storedHash: new Secret('{MD5}$1$abcdefgh$0123456789abcdefghijk.') }],
  ['the domain has another owner', { owner: 'bob' }],
  ['the domain is kept in another form', { domainForm: 'xn--example.org' }],
  ['the mailbox is a sibling', { localPart: 'inf.' }],
  ['the links were ended', { state: 'ended' }],
  ['a character moved from one part to the next', { owner: 'alic', domainForm: 'eexample.org' }],
])('a link is not bound any more if %s', (_what, parts) => {
  expect(links.open(link())?.isBoundTo(bindingTo(parts))).toBe(false)
})

it('a link says nothing of the owner, the stored hash or the state', () => {
  const text = link({ state: 'a state' })
  const bytes = text
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('latin1'))
    .join()
  for (const part of ['alice', '$1$', 'a state']) expect(bytes).not.toContain(part)
})

it('a link opens until it expires, and not from then on', () => {
  const text = link()
  vi.setSystemTime(NOW + DAY_MS - 1)
  expect(links.open(text)).toBeDefined()
  vi.setSystemTime(NOW + DAY_MS)
  expect(links.open(text)).toBeUndefined()
})

it('a link of a former key opens while that is named, and is bound by it', () => {
  const text = link()
  const rotated = createRecoveryLinks([LATER_KEY, KEY])
  expect(rotated.open(text)?.isBoundTo(bindingTo())).toBe(true)
  const made = rotated.make('owner', bindingTo(), NOW + DAY_MS).reveal()
  expect(links.open(made)).toBeUndefined()
  expect(createRecoveryLinks([LATER_KEY]).open(text)).toBeUndefined()
})

it('a link with any bit changed, cut anywhere, or with the MAC of another one does not open', () => {
  const text = link()
  const [version, body = '', mac = ''] = text.split('.')
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.constantFrom(...'ABCDwxyz-_.019'), (at, character) => {
      const changed = text.slice(0, at) + character + text.slice(at + 1)
      if (changed !== text) expect(links.open(changed)).toBeUndefined()
      expect(links.open(text.slice(0, at))).toBeUndefined()
    }),
  )
  const [, , otherMac] = link().split('.')
  expect(links.open([version, body, otherMac].join('.'))).toBeUndefined()
  expect(links.open([version, body, mac, mac].join('.'))).toBeUndefined()
  expect(links.open(['rk2', body, mac].join('.'))).toBeUndefined()
})

it('whatever else is sent as a link does not open, and nothing throws', () => {
  const texts = fc.oneof(
    fc.string(),
    fc
      .tuple(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ minLength: 32, maxLength: 32 }))
      .map((parts) => ['rk1', ...parts.map((part) => Buffer.from(part).toString('base64url'))].join('.')),
  )
  fc.assert(fc.property(texts, (text) => void expect(links.open(text)).toBeUndefined()))
})

it('every mailbox that there can be has links', () => {
  const domains = fc.constantFrom('example.org', 'bücher.example', 'xn--bcher-kva.example')
  const localParts = fc.stringMatching(/^[a-z0-9_.-]{1,64}$/)
  fc.assert(
    fc.property(domains, localParts, fc.string(), (domainForm, localPart, owner) => {
      const binding = bindingTo({ domainForm, localPart, owner })
      const opened = links.open(links.make('address', binding, NOW + 1000).reveal())
      expect(opened?.mailbox.localPart).toBe(localPart)
      expect(opened?.isBoundTo(binding)).toBe(true)
    }),
  )
})
