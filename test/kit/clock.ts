import type { Clock } from '../../src/core/clock.js'

export interface TestClock extends Clock {
  /** Every wait that was asked for, in ms. */
  readonly waits: readonly number[]
  advance(durationMs: number): void
}

/** Real time that can be put forward: a wait is over at once and has taken as long as it was asked to. */
export function createTestClock(): TestClock {
  let aheadMs = 0
  const waits: number[] = []
  return {
    waits,
    now: () => performance.now() + aheadMs,
    async wait(durationMs) {
      waits.push(durationMs)
      aheadMs += durationMs
    },
    advance(durationMs) {
      aheadMs += durationMs
    },
  }
}
