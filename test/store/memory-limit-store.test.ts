import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { LimitStore } from '../../src/core/attempt-limits.js'
import { createMemoryLimitStore } from '../../src/store/memory-limit-store.js'

const WINDOW_MS = 60_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 0 }))
afterEach(() => void vi.useRealTimers())

function createStore(maxKeys?: number): LimitStore {
  const store = createMemoryLimitStore(maxKeys)
  store.init({ windowMs: WINDOW_MS })
  return store
}

async function hits(store: LimitStore, key: string): Promise<number> {
  const { totalHits } = await store.increment(key)
  return totalHits
}

it('counts in memory begin anew when the window of the first hit is over', async () => {
  const store = createStore()
  expect(await store.increment('a')).toEqual({ totalHits: 1, resetTime: new Date(WINDOW_MS) })
  vi.setSystemTime(WINDOW_MS - 1)
  expect(await store.increment('a')).toEqual({ totalHits: 2, resetTime: new Date(WINDOW_MS) })
  vi.setSystemTime(WINDOW_MS)
  expect(await store.increment('a')).toEqual({ totalHits: 1, resetTime: new Date(2 * WINDOW_MS) })
})

it('counts in memory are taken back by one or as a whole, and never below nothing', async () => {
  const store = createStore()
  await store.decrement('a')
  expect(await hits(store, 'a')).toBe(1)
  await store.decrement('a')
  await store.decrement('a')
  expect(await hits(store, 'a')).toBe(1)
  expect(await hits(store, 'a')).toBe(2)
  await store.resetKey('a')
  expect(await hits(store, 'a')).toBe(1)
  vi.setSystemTime(WINDOW_MS)
  await store.decrement('a')
  expect(await hits(store, 'a')).toBe(1)
})

it('counts in memory give way, the oldest window first, where there are too many', async () => {
  const store = createStore(3)
  for (const key of ['a', 'b', 'c', 'a']) {
    await store.increment(key)
    vi.setSystemTime(Date.now() + 1)
  }
  await store.increment('d')
  expect(await hits(store, 'b')).toBe(2)
  expect(await hits(store, 'd')).toBe(2)
  expect(await hits(store, 'a')).toBe(1)
  expect(await hits(store, 'b')).toBe(1)
})

it('counts in memory of so many addresses that no memory would hold them are kept for the latest fifty thousand at most', async () => {
  const store = createStore()
  for (let key = 0; key < 60_000; key++) await store.increment(`${key}`)
  // The look at one brings it back.
  expect(await hits(store, `${60_000 - 45_000}`)).toBe(2)
  expect(await hits(store, '59999')).toBe(2)
  expect(await hits(store, '9999')).toBe(1)
})
