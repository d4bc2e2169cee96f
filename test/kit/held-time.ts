import { setTimeout } from 'node:timers/promises'
import { onTestFinished, vi } from 'vitest'

/** Long enough for earlier input to be read first. */
const READ_MS = 20

/** Time-outs that a test controls. */
export interface HeldTime {
  /** Lets this much time (ms) pass once something has happened (unless the test ends first). A function is polled. */
  pass(durationMs: number, event: Promise<unknown> | (() => boolean)): Promise<void>
}

/** From now to the end of the test, time-outs fire only when the test lets them, however slow the machine is. */
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
