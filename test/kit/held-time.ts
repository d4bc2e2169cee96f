import { setTimeout } from 'node:timers/promises'
import { onTestFinished, vi } from 'vitest'

/** Long enough that what came before a silence is read first. */
const READ_MS = 20

/** Time-outs that pass when a test lets them. */
export interface HeldTime {
  /**
   * Lets so much time (ms) pass as soon as something has happened, if it does before the test ends; what is no promise
   * is looked at often.
   */
  pass(durationMs: number, event: Promise<unknown> | (() => boolean)): Promise<void>
}

/** From now to the end of the test, time-outs pass when the test lets them, however slow the machine is. */
export function holdTime(): HeldTime {
  let isOver = false
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => {
    isOver = true
    vi.useRealTimers()
  })
  return {
    async pass(durationMs, event) {
      if (typeof event === 'function') while (!event() && !isOver) await setTimeout(1)
      else await event
      await setTimeout(READ_MS)
      if (!isOver) vi.advanceTimersByTime(durationMs)
    },
  }
}
