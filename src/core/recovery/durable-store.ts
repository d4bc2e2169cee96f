import type { CheckReadiness } from '../readiness.js'

/**
 * Keeps small values where they outlast a restart: used links, when links were ended, recovery addresses. Each call rejects with
 * `StoreUnavailable` if it can't be done; nothing is changed then.
 */
export interface DurableStore {
  get(key: string): Promise<string | undefined>
  /**
   * Resolves when the value is safe on the disk, or taken by the server.
   *
   * @param untilMs Unix time after which it may be forgotten; without it, it is kept
   */
  set(key: string, value: string, untilMs?: number): Promise<void>
  /** Like `set`, but only if the key isn't there: true for one caller and false for all others. */
  add(key: string, value: string, untilMs?: number): Promise<boolean>
  delete(key: string): Promise<void>
  /** All that is kept under keys that begin so. */
  entries(prefix: string): Promise<readonly (readonly [key: string, value: string])[]>
  readonly checkReadiness: CheckReadiness
  close(): Promise<void>
}
