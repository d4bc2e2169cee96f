import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createPace } from '../../src/panel/pace.js'
import { createTestClock } from '../kit/clock.js'

const clock = createTestClock()

/** How long a panel with this many cores takes for a command with this many at once. */
function takes(aloneMs: number, cores: number, beside: number): number {
  return aloneMs * Math.max(1, beside / cores)
}

/** Answers this many calls, each with as many others as may run. */
function answer(pace: ReturnType<typeof createPace>, cores: number, calls: number): number[] {
  return Array.from({ length: calls }, () => {
    const beside = pace.limit()
    pace.learn('v-list-user', takes(600, cores, beside), beside)
    return pace.limit()
  })
}

it('the number of parallel commands is one at first, until the panel has shown how long one takes', () => {
  const pace = createPace(8, clock)
  expect(pace.limit()).toBe(1)
  pace.learn('v-list-user', 600, 3)
  expect(pace.limit()).toBe(1)
})

it('the number of parallel commands settles at one or two on a panel that gains nothing by more', () => {
  const limits = answer(createPace(8, clock), 1, 100)
  expect(new Set(limits)).toEqual(new Set([1, 2]))
  expect(limits.filter((limit) => limit === 1).length).toBeGreaterThan(80)
})

it('the number of parallel commands uses the cores of a panel', () => {
  const pace = createPace(8, clock)
  expect(
    answer(pace, 4, 40)
      .slice(10)
      .every((limit) => limit >= 4 && limit <= 5),
  ).toBe(true)
  expect(pace.capacity()).toBeCloseTo(4, 0)
})

it('the number of parallel commands is never higher than configured, nor lower than one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.double({ min: 1, max: 20, noNaN: true }))),
      (maximum, calls) => {
        const pace = createPace(maximum, clock)
        for (const [tookMs, beside] of calls) {
          pace.learn('v-list-user', tookMs, beside)
          expect(pace.limit()).toBeGreaterThanOrEqual(1)
          expect(pace.limit()).toBeLessThanOrEqual(maximum)
          expect(pace.capacity()).toBeGreaterThanOrEqual(1)
        }
      },
    ),
  )
})

it('the number of parallel commands falls again when the panel loses cores', () => {
  const pace = createPace(8, clock)
  answer(pace, 4, 40)
  expect(answer(pace, 1, 40).at(-1)).toBeLessThanOrEqual(2)
})

it('the time of a command is guessed before one was answered, and known after', () => {
  const pace = createPace(8, clock)
  expect(pace.aloneMs('v-list-user')).toBe(0)
  pace.learn('v-list-user', 610, 1)
  expect(pace.aloneMs('v-list-user')).toBe(610)
  expect([pace.aloneMs('v-check-user-2fa'), pace.expectedMs('v-check-user-2fa', 1)]).toEqual([0, 500])
})

it('the time of a command is the shortest seen, and grows only by commands that ran alone', () => {
  const pace = createPace(1, clock)
  for (const [tookMs, beside] of [
    [700, 1],
    [600, 1],
    [1200, 2],
  ] as const)
    pace.learn('v-list-user', tookMs, beside)
  expect(pace.aloneMs('v-list-user')).toBe(600)
  for (let call = 0; call < 10; call++) pace.learn('v-list-user', 900, 1)
  expect(pace.aloneMs('v-list-user')).toBe(900)
})

it('the time of a command is expected to be that of the slowest of the last five, and longer in parallel with more', () => {
  const pace = createPace(1, clock)
  for (const tookMs of [1500, 1300, 1200, 1250, 1270, 1260]) pace.learn('v-list-user', tookMs, 1)
  expect(pace.expectedMs('v-list-user', 1)).toBe(1300)
  const roomy = createPace(2, clock)
  roomy.learn('v-list-user', 1000, 1)
  expect([1, 2].map((beside) => roomy.expectedMs('v-list-user', beside))).toEqual([1000, 2000])
})

it('the time of a command is forgotten after ten minutes without a call, so a panel that was too slow is tried again', () => {
  const pace = createPace(1, clock)
  pace.learn('v-list-user', 20_000, 1)
  clock.advance(10 * 60_000 - 1)
  expect([pace.aloneMs('v-list-user'), pace.expectedMs('v-list-user', 1)]).toEqual([20_000, 20_000])
  clock.advance(1)
  expect([pace.aloneMs('v-list-user'), pace.expectedMs('v-list-user', 1)]).toEqual([0, 500])
})
