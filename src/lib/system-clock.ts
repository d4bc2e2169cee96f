import { setTimeout } from 'node:timers/promises'
import type { Clock } from './clock.js'

/** The time of this process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wait: async (durationMs) => {
    await setTimeout(Math.ceil(durationMs))
  },
}
