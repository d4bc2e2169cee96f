import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  confirm,
  isSettled,
  type NamedAddress,
  stateOf,
} from '../../../src/core/recovery/recovery-address.js'

const HOUR_MS = 3_600_000
const NOW = 1_800_000_000_000

const named: NamedAddress = {
  id: 'one',
  address: 'jane@example.net',
  language: 'de',
  setMs: NOW,
  binding: 'to a hash',
}
const confirmed = { ...named, confirmedMs: NOW }

it('an address can’t recover its mailbox on the first day, and can after it', () => {
  expect(stateOf(confirmed, true, NOW)).toBe('too-new')
  expect(stateOf(confirmed, true, NOW + 24 * HOUR_MS - 1)).toBe('too-new')
  expect(stateOf(confirmed, true, NOW + 24 * HOUR_MS)).toBe('usable')
})

it('an address outlasts changes from the seventh day on', () => {
  expect(isSettled(confirmed, NOW + 7 * 24 * HOUR_MS - 1)).toBe(false)
  expect(isSettled(confirmed, NOW + 7 * 24 * HOUR_MS)).toBe(true)
})

it('an address with another binding has ended, whenever it was confirmed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 * NOW }), (nowMs) => {
      expect(stateOf(confirmed, false, nowMs)).toBe('ended')
    }),
  )
})

it('an address that outlasts a change can recover its mailbox, even after the clock was set back', () => {
  fc.assert(
    fc.property(fc.integer({ min: -NOW, max: NOW }), (sinceMs) => {
      const isUsable = stateOf(confirmed, true, NOW + sinceMs) === 'usable'
      if (isSettled(confirmed, NOW + sinceMs)) expect(isUsable).toBe(true)
      if (sinceMs < 0) expect(isUsable).toBe(false)
    }),
  )
})

it('a pending address takes the place of the confirmed one, and its time begins', () => {
  const other = { ...named, id: 'two', address: 'john@example.net' }
  const later = NOW + HOUR_MS
  expect(confirm(other, confirmed, later)).toEqual({ confirmed: { ...other, confirmedMs: later } })
  expect(confirm(other, undefined, later)).toEqual({ confirmed: { ...other, confirmedMs: later } })
})

it('an address that is confirmed again while in force keeps its time; otherwise it begins again', () => {
  const again = { ...named, id: 'two', binding: 'to another hash' }
  const later = NOW + HOUR_MS
  expect(confirm(again, confirmed, later)).toEqual({ confirmed: { ...again, confirmedMs: NOW } })
  expect(confirm(again, undefined, later)).toEqual({ confirmed: { ...again, confirmedMs: later } })
})
