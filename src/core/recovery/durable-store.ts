import type { CheckReadiness } from '../readiness.js'

/**
 * Keeps small values so that they outlast a restart: used links, when links were ended, recovery addresses. Each call rejects with
 * `StoreUnavailable` if it can't be done; nothing is changed then, unless Redis took a command and its reply was lost.
 */
export interface DurableStore {
  get(key: string): Promise<string | undefined>
  /**
   * Resolves when the value is safe on the disk (folder) or taken by the server (Redis).
   *
   * @param untilMs Unix time (ms) after which the value may be forgotten; without it, it is kept
   */
  set(key: string, value: string, untilMs?: number): Promise<void>
  /** As `set`, but only if the key isn't there: true for one caller and false for all others. */
  add(key: string, value: string, untilMs?: number): Promise<boolean>
  delete(key: string): Promise<void>
  /** Everything that is kept under keys with this beginning, in no order. */
  entries(prefix: string): Promise<readonly (readonly [key: string, value: string])[]>
  readonly checkReadiness: CheckReadiness
  /** Resolves when the calls made before have ended; later calls reject. */
  close(): Promise<void>
}
