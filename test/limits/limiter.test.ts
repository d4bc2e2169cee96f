import { expect, it } from 'vitest'
import { Refused } from '../../src/core/answer.js'
import type { LimitStore } from '../../src/core/attempt-limits.js'
import { StoreUnavailable } from '../../src/core/outage.js'
import { createLimiter, type Limiter } from '../../src/limits/limiter.js'
import { createMemoryLimitStore } from '../../src/store/memory-limit-store.js'
import { createTestClock } from '../kit/clock.js'

const LIMIT = { count: 2, windowMs: 60_000 }

function createTestLimiter(clock = createTestClock()): Limiter {
  return createLimiter('address', LIMIT, createMemoryLimitStore(clock, LIMIT.windowMs))
}

/** A store that fails at everything. */
function failing(error: Error): LimitStore {
  const fail = async (): Promise<never> => {
    throw error
  }
  return { increment: fail, read: fail, begin: fail, decrement: fail, resetKey: fail }
}

it('a limiter counts by key, and takes one hit or all of them back', async () => {
  const limiter = createTestLimiter()
  const hits = async (key: string) => (await limiter.hit(key)).totalHits
  expect([await hits('a'), await hits('a'), await hits('b')]).toEqual([1, 2, 1])
  const { window } = await limiter.hit('a')
  await limiter.giveBack('a', window)
  expect(await hits('a')).toBe(3)
  await limiter.forget('a')
  expect([await hits('a'), await hits('b')]).toEqual([1, 2])
})

it('a limiter’s window begins with the first hit of its key', async () => {
  const clock = createTestClock()
  const limiter = createTestLimiter(clock)
  await limiter.hit('a')
  clock.advance(20_000)
  expect(await limiter.hit('a')).toMatchObject({ totalHits: 2, leftMs: 40_000 })
})

it('a limiter refuses with its name, count and window', () => {
  const refusal = createTestLimiter().refusal(1500, { partition: 'cGs=' })
  expect(refusal).toBeInstanceOf(Refused)
  expect(refusal.answer).toEqual({
    code: 'too-many-attempts',
    limit: { name: 'address', ...LIMIT, retryAfterMs: 1500, partition: 'cGs=' },
  })
})

it('if the store can’t be reached, hits can’t be counted, but taking them back never fails', async () => {
  const limiter = createLimiter('address', LIMIT, failing(new StoreUnavailable('ECONNREFUSED')))
  await expect(limiter.hit('a')).rejects.toThrow(StoreUnavailable)
  await limiter.giveBack('a', '1')
  await limiter.forget('a')
})

it('a bug of the store is not taken for a store that can’t be reached', async () => {
  const limiter = createLimiter('address', LIMIT, failing(new TypeError('a bug')))
  await expect(limiter.giveBack('a', '1')).rejects.toThrow(TypeError)
  await expect(limiter.forget('a')).rejects.toThrow(TypeError)
})
