import { setTimeout } from 'node:timers/promises'

/** Time as the service sees it, so that tests can hold it. */
export interface Clock {
  /** Milliseconds that only ever grow; the start of the count means nothing. */
  now(): number
  wait(durationMs: number): Promise<void>
  /** A wait that doesn't keep the process alive. */
  waitInBackground(durationMs: number): Promise<void>
}

/** The time of this process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wait: async (durationMs) => {
    await setTimeout(Math.ceil(durationMs))
  },
  waitInBackground: async (durationMs) => {
    await setTimeout(Math.ceil(durationMs), undefined, { ref: false })
  },
}
