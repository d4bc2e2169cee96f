import { beforeEach, expect, it, vi } from 'vitest'
import { type ReadinessFault, rememberReadiness } from '../../src/core/readiness.js'
import { createTestClock } from '../kit/clock.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))

const NOT_YET: ReadinessFault = { code: 'not-yet' }
const AWAY: ReadinessFault = { code: 'away' }

/** A cached check whose runs end when the test says so. */
function setUp() {
  const clock = createTestClock()
  const ends: ((faults: readonly ReadinessFault[]) => void)[] = []
  const check = rememberReadiness(() => new Promise((end) => void ends.push(end)), NOT_YET, clock)
  return { clock, ends, check }
}

it('readiness comes from a check that ends at once, and is remembered for half a minute', async () => {
  const { clock, ends, check } = setUp()
  const both = [check(), check()]
  ends[0]?.([AWAY])
  expect(await Promise.all(both)).toEqual([[AWAY], [AWAY]])
  clock.advance(29_999)
  expect(await check()).toEqual([AWAY])
  expect(ends).toHaveLength(1)
  clock.advance(1)
  const again = check()
  ends[1]?.([])
  expect(await again).toEqual([])
})

it('readiness is reported within a tenth of a second from the last result, while a check hangs', async () => {
  const { clock, ends, check } = setUp()
  const first = check()
  await vi.advanceTimersByTimeAsync(100)
  expect(await first).toEqual([NOT_YET])
  ends[0]?.([])
  expect(await check()).toEqual([])
  clock.advance(30_000)
  const next = check()
  await vi.advanceTimersByTimeAsync(100)
  expect(await next).toEqual([])
  ends[1]?.([AWAY])
  expect(await check()).toEqual([AWAY])
})

it('a bug in a check is reported as a bug', async () => {
  const bug = new RangeError('bug')
  const check = rememberReadiness(() => Promise.reject(bug), NOT_YET, createTestClock())
  await expect(check()).rejects.toBe(bug)
})
