import type { Clock } from '../../lib/clock.js'

/**
 * Holds refusals of credentials back. An unknown mailbox takes the panel fewer commands than a wrong password. Refusals
 * leave at whole multiples of the delay, so that how long the panel took does not show even if it took longer than the
 * delay. They are counted from when the submission had been read: its sender can't choose where they fall.
 */
export function createRefusalDelay(delayMs: number, clock: Clock): (readMs: number) => Promise<void> {
  return async function delayRefusal(readMs) {
    if (delayMs === 0) return
    const steps = Math.ceil((clock.now() - readMs) / delayMs)
    const leaveMs = readMs + Math.max(1, steps) * delayMs
    // Timers may fire a little early.
    while (clock.now() < leaveMs) await clock.wait(leaveMs - clock.now())
  }
}
