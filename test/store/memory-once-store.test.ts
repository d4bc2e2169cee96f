import { expect, it } from 'vitest'
import { createMemoryOnceStore } from '../../src/store/memory-once-store.js'
import { createTestClock } from '../kit/clock.js'

it('an ID is used up once, also in parallel, and again when its time is over', async () => {
  const clock = createTestClock()
  const store = createMemoryOnceStore(clock)
  const tries = await Promise.all([1, 2, 3].map(() => store.use('one', 1000)))
  expect(tries.filter(Boolean)).toHaveLength(1)
  expect(await store.use('other', 1000)).toBe(true)
  clock.advance(999)
  expect(await store.use('one', 1000)).toBe(false)
  clock.advance(1)
  expect(await store.use('one', 1000)).toBe(true)
})

it('a full memory lets nothing be used, rather than forget an ID, until the time of some is over', async () => {
  const clock = createTestClock()
  const store = createMemoryOnceStore(clock, 2)
  await store.use('short', 1000)
  await store.use('long', 2000)
  expect(await store.use('third', 1000)).toBe(false)
  expect(await store.use('short', 1000)).toBe(false)
  clock.advance(1000)
  expect(await store.use('third', 1000)).toBe(true)
  expect(await store.use('long', 1000)).toBe(false)
})
