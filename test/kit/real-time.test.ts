import { expect, it, vi } from 'vitest'

it('a test may set the date and the timers', () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout'] })
  vi.setSystemTime(0)
  expect(Date.now()).toBe(0)
})

it('the next test has the real ones', () => {
  expect(vi.isFakeTimers()).toBe(false)
  expect(Date.now()).toBeGreaterThan(0)
})
