import type { Clock } from './clock.js'

/** Until when something must be done. */
export interface Deadline {
  /** How much time (ms) is left; 0 or less when it is over. */
  leftMs(): number
}

export function createDeadline(durationMs: number, clock: Clock): Deadline {
  const endMs = clock.now() + durationMs
  return { leftMs: () => endMs - clock.now() }
}

/** The same deadline, so much sooner (ms). */
export function sooner(deadline: Deadline, durationMs: number): Deadline {
  return { leftMs: () => deadline.leftMs() - durationMs }
}
