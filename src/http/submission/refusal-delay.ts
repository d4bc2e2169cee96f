import type { Clock } from '../../lib/clock.js'

/**
 * Delays refusals of credentials, because the panel needs fewer commands for an unknown mailbox than for a wrong password.
 * Refusals are sent at multiples of the delay, to hide the panel's time even if it is longer than the delay. The delay starts
 * when the submission has been read, so the sender can't choose the moment.
 */
export function createRefusalDelay(delayMs: number, clock: Clock): (readMs: number) => Promise<void> {
  return async function delayRefusal(readMs) {
    if (delayMs === 0) return
    const steps = Math.ceil((clock.now() - readMs) / delayMs)
    const leaveMs = readMs + Math.max(1, steps) * delayMs
    // Timers may fire slightly early.
    while (clock.now() < leaveMs) await clock.wait(leaveMs - clock.now())
  }
}
