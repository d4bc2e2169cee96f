/** As Hestia sets fail2ban up (its `install/deb/fail2ban/jail.local`): the fifth failed login within ten minutes bans. */
export const PANEL_BANS_AT = 5
export const WINDOW_MS = 10 * 60_000

/** So often the doctor may be asked within a window besides. */
export const CALLS_OF_THE_DOCTOR = 2

/** The most of these times (ms) that lie within ten minutes. */
export function mostWithinAWindow(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + WINDOW_MS).length))
}
