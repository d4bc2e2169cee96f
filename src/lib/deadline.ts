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

/** Whichever of the two is over later. */
export function later(one: Deadline, other: Deadline): Deadline {
  return { leftMs: () => Math.max(one.leftMs(), other.leftMs()) }
}
