/**
 * For how long (ms) the panel is left alone after it refused the service's key: its fail2ban bans who fails five times
 * within ten minutes, and for ten days who is banned three times in a day (Hestia's `install/deb/fail2ban/jail.local`).
 * The doctor may knock meanwhile.
 */
export const KEY_REST_MS = 5 * 60_000

/** Remembers that the panel refused the service's key, for all instances that use the key. */
export interface KeyRest {
  /** Whether the panel is to be left alone now; never fails. */
  isResting(): Promise<boolean>
  /** The panel is left alone from now on; never fails. */
  begin(): Promise<void>
}
