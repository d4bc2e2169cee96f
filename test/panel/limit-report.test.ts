import { expect, it } from 'vitest'
import { createLimitReport } from '../../src/panel/limit-report.js'
import { createTestClock } from '../kit/clock.js'

it.each([
  [2, 4],
  [4, 2],
  [1, 3],
  [8, 3],
])('a limit that moves from %i to %i is reported', (from, to) => {
  const told: number[] = []
  createLimitReport(from, (limit) => void told.push(limit), createTestClock())(to)
  expect(told).toEqual([to])
})

it.each([
  [1, 2],
  [2, 1],
  [4, 7],
  [8, 5],
])('a limit that moves from %i to %i is not reported', (from, to) => {
  const told: number[] = []
  createLimitReport(from, (limit) => void told.push(limit), createTestClock())(to)
  expect(told).toEqual([])
})

it('a limit that moves all the time is reported once a minute, if it is far from the last report', () => {
  const told: number[] = []
  const clock = createTestClock()
  const report = createLimitReport(2, (limit) => void told.push(limit), clock)
  for (const limit of [4, 8, 2]) report(limit)
  clock.advance(59_999)
  report(8)
  clock.advance(1)
  for (const limit of [5, 8]) report(limit)
  expect(told).toEqual([4, 8])
})
