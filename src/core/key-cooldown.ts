/**
 * How long (ms) Rekey sends no commands after the panel refused its key. The panel's fail2ban bans an address after five failures
 * in ten minutes, and for ten days after repeated bans (docs/hestia.md, "Keys and bans"). The doctor isn't affected.
 */
export const KEY_COOLDOWN_MS = 5 * 60_000

/** Remembers for all instances that the panel refused their key. */
export interface KeyCooldown {
  /** Whether the cool-down is on. Never fails. */
  isCoolingDown(): Promise<boolean>
  /** Starts the cool-down. Never fails. */
  begin(): Promise<void>
}
