/**
 * For how long (ms) the panel is left alone after it refused the service's key: its fail2ban bans an address after five
 * failures within ten minutes, and bans it for ten days if that happens again and again in a day (docs/hestia.md, "Keys
 * and bans"). The doctor may call meanwhile.
 */
export const KEY_COOLDOWN_MS = 5 * 60_000

/** Remembers that the panel refused the service's key, for all instances that use the key. */
export interface KeyCooldown {
  /** Whether the cool-down lasts; never fails. */
  isCoolingDown(): Promise<boolean>
  /** Begins the cool-down; never fails. */
  begin(): Promise<void>
}
