import type { Clock } from '../lib/clock.js'

const PAUSE_MS = 60_000

/**
 * Reports how many commands may run in parallel: at most once a minute, and only if the number has at least doubled or halved,
 * and changed by more than one.
 *
 * @param limit at the start
 * @returns call it whenever the limit may have changed
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
