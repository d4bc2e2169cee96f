import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Refused } from '../../src/core/answer.js'
import type { LimitStore } from '../../src/core/attempt-limits.js'
import { StoreUnavailable } from '../../src/core/outage.js'
import { createLimiter } from '../../src/limits/limiter.js'
import { createMemoryLimitStore } from '../../src/store/memory-limit-store.js'

const LIMIT = { count: 2, windowMs: 60_000 }

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 0 }))
afterEach(() => void vi.useRealTimers())

/** A store that fails in all that it is asked. */
function failing(error: Error): LimitStore {
  const fail = async (): Promise<never> => {
    throw error
  }
  return { init: () => undefined, increment: fail, decrement: fail, resetKey: fail }
}

it('a limiter counts by key, gives one hit back, or all of them', async () => {
  const limiter = createLimiter('address', LIMIT, createMemoryLimitStore())
  const hits = async (key: string) => (await limiter.hit(key)).totalHits
  expect([await hits('a'), await hits('a'), await hits('b')]).toEqual([1, 2, 1])
  await limiter.giveBack('a')
  expect(await hits('a')).toBe(2)
  await limiter.forget('a')
  expect([await hits('a'), await hits('b')]).toEqual([1, 2])
})

it('a limiter’s window begins with the first hit of its key', async () => {
  const limiter = createLimiter('address', LIMIT, createMemoryLimitStore())
  await limiter.hit('a')
  vi.setSystemTime(20_000)
  const { resetTime } = await limiter.hit('a')
  expect(limiter.untilResetMs(resetTime)).toBe(40_000)
  vi.setSystemTime(70_000)
  expect(limiter.untilResetMs(resetTime)).toBe(0)
  expect(limiter.untilResetMs(undefined)).toBe(60_000)
})

it('a limiter refuses by its name, with its count and window', () => {
  const refusal = createLimiter('address', LIMIT, createMemoryLimitStore()).refusal(1500, 'cGs=')
  expect(refusal).toBeInstanceOf(Refused)
  expect(refusal.answer).toEqual({
    code: 'too-many-attempts',
    limit: { name: 'address', ...LIMIT, retryAfterMs: 1500, partition: 'cGs=' },
  })
})

it('a store that can’t be reached keeps hits from being counted, and never from being given back', async () => {
  const limiter = createLimiter('address', LIMIT, failing(new StoreUnavailable()))
  await expect(limiter.hit('a')).rejects.toThrow(StoreUnavailable)
  await limiter.giveBack('a')
  await limiter.forget('a')
})

it('a bug of the store is not taken for a store that can’t be reached', async () => {
  const limiter = createLimiter('address', LIMIT, failing(new TypeError('a bug')))
  await expect(limiter.giveBack('a')).rejects.toThrow(TypeError)
  await expect(limiter.forget('a')).rejects.toThrow(TypeError)
})
