import { setTimeout } from 'node:timers/promises'

/** The service's time, which tests can control. */
export interface Clock {
  /** Milliseconds from an arbitrary start. They never decrease. */
  now(): number
  wait(durationMs: number): Promise<void>
  /** A wait that doesn't keep the process alive. */
  waitInBackground(durationMs: number): Promise<void>
}

/** The real time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wait: async (durationMs) => {
    await setTimeout(Math.ceil(durationMs))
  },
  waitInBackground: async (durationMs) => {
    await setTimeout(Math.ceil(durationMs), undefined, { ref: false })
  },
}
