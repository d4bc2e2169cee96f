/**
 * How long (ms) Rekey sends no commands after the panel refused its key. The panel's fail2ban bans an address after five failures
 * within ten minutes; repeated bans within a day cause one of ten days (docs/hestia.md, "Keys and bans"). The doctor isn't
 * affected.
 */
export const KEY_COOLDOWN_MS = 5 * 60_000

/** Remembers for all instances with this key that the panel refused it. */
export interface KeyCooldown {
  /** Whether the cool-down is on. Never fails. */
  isCoolingDown(): Promise<boolean>
  /** Starts the cool-down. Never fails. */
  begin(): Promise<void>
}
