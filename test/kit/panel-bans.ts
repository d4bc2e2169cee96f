/** Hestia's settings for fail2ban (`install/deb/fail2ban/jail.local`): the fifth failed login within ten minutes bans. */
export const PANEL_BANS_AT = 5
export const WINDOW_MS = 10 * 60_000

/** How many additional calls the doctor may make within a window. */
export const CALLS_OF_THE_DOCTOR = 2

/** The largest number of these times (ms) within ten minutes. */
export function mostWithinAWindow(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + WINDOW_MS).length))
}
