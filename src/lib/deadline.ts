import type { Clock } from './clock.js'

/** The time by which something must be done. */
export interface Deadline {
  /** The time left in ms: 0 or less once the deadline has passed. */
  leftMs(): number
}

export function createDeadline(durationMs: number, clock: Clock): Deadline {
  const endMs = clock.now() + durationMs
  return { leftMs: () => endMs - clock.now() }
}

/** The later of two deadlines. */
export function later(one: Deadline, other: Deadline): Deadline {
  return { leftMs: () => Math.max(one.leftMs(), other.leftMs()) }
}
