import { expect, it, vi } from 'vitest'
import { createMemoryLimitStore } from '../../src/store/memory-limit-store.js'
import { createTestClock } from '../kit/clock.js'

const WINDOW_MS = 60_000

function createStore(maxKeys?: number) {
  const clock = createTestClock()
  const store = createMemoryLimitStore(clock, WINDOW_MS, maxKeys)
  const hits = async (key: string): Promise<number> => (await store.increment(key)).totalHits
  return { clock, store, hits }
}

it('counts in memory begin again when the window of the first hit is over', async () => {
  const { clock, store } = createStore()
  expect(await store.increment('a')).toMatchObject({ totalHits: 1, leftMs: WINDOW_MS })
  clock.advance(WINDOW_MS - 1)
  expect(await store.increment('a')).toMatchObject({ totalHits: 2, leftMs: 1 })
  clock.advance(1)
  expect(await store.increment('a')).toMatchObject({ totalHits: 1, leftMs: WINDOW_MS })
})

it('counts in memory are read without another hit', async () => {
  const { clock, store } = createStore()
  expect(await store.read('a')).toBe(0)
  await store.increment('a')
  expect([await store.read('a'), await store.read('a'), await store.read('b')]).toEqual([1, 1, 0])
  clock.advance(WINDOW_MS)
  expect(await store.read('a')).toBe(0)
})

it('counts in memory are taken back one by one or all together', async () => {
  const { store, hits } = createStore()
  const { window } = await store.increment('a')
  await store.decrement('a', window)
  const again = await store.increment('a')
  expect(again.totalHits).toBe(1)
  expect(await hits('a')).toBe(2)
  await store.decrement('a', again.window)
  expect(await hits('a')).toBe(2)
  await store.resetKey('a')
  expect(await hits('a')).toBe(1)
})

it('counts in memory are taken back only from the window that counted them', async () => {
  const { clock, store, hits } = createStore()
  const over = await store.increment('a')
  clock.advance(WINDOW_MS)
  await store.decrement('a', over.window)
  const reset = await store.increment('a')
  await store.resetKey('a')
  expect(await hits('a')).toBe(1)
  await store.decrement('a', over.window)
  await store.decrement('a', reset.window)
  expect(await hits('a')).toBe(2)
})

it('counts in memory last as long, even if the time of day is changed', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { store } = createStore()
  await store.increment('a')
  vi.setSystemTime(Date.now() - 24 * 60 * 60_000)
  expect(await store.increment('a')).toMatchObject({ totalHits: 2, leftMs: WINDOW_MS })
  vi.setSystemTime(Date.now() + 48 * 60 * 60_000)
  expect(await store.increment('a')).toMatchObject({ totalHits: 3, leftMs: WINDOW_MS })
})

it('counts in memory go if there are too many, the oldest window first', async () => {
  const { clock, hits } = createStore(3)
  for (const key of ['a', 'b', 'c', 'a']) {
    await hits(key)
    clock.advance(1)
  }
  await hits('d')
  expect(await hits('b')).toBe(2)
  expect(await hits('d')).toBe(2)
  expect(await hits('a')).toBe(1)
  expect(await hits('b')).toBe(1)
})

it('counts in memory are kept for the latest fifty thousand addresses at most', async () => {
  const { hits } = createStore()
  for (let key = 0; key < 60_000; key++) await hits(`${key}`)
  // Reading one brings it back.
  expect(await hits(`${60_000 - 45_000}`)).toBe(2)
  expect(await hits('59999')).toBe(2)
  expect(await hits('9999')).toBe(1)
})
