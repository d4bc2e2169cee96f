import { setTimeout } from 'node:timers/promises'
import { onTestFinished, vi } from 'vitest'

/** Long enough that what came before a silence is read first. */
const READ_MS = 20

/** Time-outs that pass when a test lets them. */
export interface HeldTime {
  /** Lets so much time (ms) pass as soon as something has happened, which is looked for often. */
  pass(durationMs: number, hasHappened: () => boolean): Promise<void>
}

/** From now to its end, time-outs pass when the test lets them, however slow the machine is. */
export function holdTime(): HeldTime {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  return {
    async pass(durationMs, hasHappened) {
      while (!hasHappened()) await setTimeout(1)
      await setTimeout(READ_MS)
      vi.advanceTimersByTime(durationMs)
    },
  }
}
