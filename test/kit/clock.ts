import type { Clock } from '../../src/lib/clock.js'

export interface TestClock extends Clock {
  /** Every wait that was asked for, in ms. */
  readonly waits: readonly number[]
  advance(durationMs: number): void
  /** The next wait lasts until it is released; `asked` resolves when it has begun. */
  hold(): { readonly asked: Promise<void>; release(): void }
}

/** Time that stands still but for waits, which are over at once, and for `advance`. */
export function createTestClock(): TestClock {
  let nowMs = 0
  const waits: number[] = []
  const holds: { begin(): void; readonly over: Promise<void> }[] = []
  const advance = (durationMs: number): void => {
    nowMs += durationMs
  }
  return {
    waits,
    now: () => nowMs,
    async wait(durationMs) {
      waits.push(durationMs)
      const hold = holds.shift()
      hold?.begin()
      await hold?.over
      advance(durationMs)
    },
    advance,
    hold() {
      let begin = (): void => undefined
      let release = (): void => undefined
      const asked = new Promise<void>((resolve) => {
        begin = resolve
      })
      const over = new Promise<void>((resolve) => {
        release = resolve
      })
      holds.push({ begin, over })
      return { asked, release }
    },
  }
}
