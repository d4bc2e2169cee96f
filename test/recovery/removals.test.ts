import fc from 'fast-check'
import { beforeEach, expect, it, vi } from 'vitest'
import { type Mailbox, parseMailbox } from '../../src/core/mailbox.js'
import { Secret } from '../../src/lib/secret.js'
import { createAddressRemovals } from '../../src/recovery/removals.js'

const NOW = 1_800_000_000_000
const removals = createAddressRemovals(new Secret('a key of 32 bytes or more, for tests'))
const info = parseMailbox('info@bücher.example') as Mailbox

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }))

it('what removes an address names its mailbox and the address, until it expires', () => {
  const removal = removals.make(info, 'the id', NOW + 1000)
  expect(removals.open(removal)).toEqual({ mailbox: info, id: 'the id' })
  vi.setSystemTime(NOW + 999)
  expect(removals.open(removal)).toBeDefined()
  vi.setSystemTime(NOW + 1000)
  expect(removals.open(removal)).toBeUndefined()
})

it('what removes an address under one key removes none under another', () => {
  const others = createAddressRemovals(new Secret('another key of 32 bytes or more, later'))
  expect(others.open(removals.make(info, 'the id', NOW + 1000))).toBeUndefined()
})

it('with any character changed, or cut anywhere, it removes nothing, and nothing throws', () => {
  const text = removals.make(info, 'the id', NOW + 1000).reveal()
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.constantFrom(...'ABwxyz-_.019'), (at, character) => {
      const changed = text.slice(0, at) + character + text.slice(at + 1)
      if (changed !== text) expect(removals.open(new Secret(changed))).toBeUndefined()
      expect(removals.open(new Secret(text.slice(0, at)))).toBeUndefined()
    }),
  )
  fc.assert(fc.property(fc.string(), (sent) => void expect(removals.open(new Secret(sent))).toBeUndefined()))
})
