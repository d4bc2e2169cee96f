import type { Clock } from '../lib/clock.js'

const PAUSE_MS = 60_000

/**
 * Tells how many commands may run at once: once a minute at most, when that was doubled or halved, and moved by more than one,
 * since it was last told.
 *
 * @param limit at the start
 * @returns to be told of the limit whenever it may have moved
 */
export function createLimitReport(
  limit: number,
  report: (limit: number) => void,
  clock: Clock,
): (limit: number) => void {
  let told = limit
  let toldMs = Number.NEGATIVE_INFINITY

  return (now) => {
    const [low, high] = [Math.min(now, told), Math.max(now, told)]
    if (high < 2 * low || high - low < 2 || clock.now() - toldMs < PAUSE_MS) return
    told = now
    toldMs = clock.now()
    report(now)
  }
}
