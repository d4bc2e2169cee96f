import type { CheckReadiness } from '../readiness.js'

/**
 * Keeps small values beyond a restart: used links, when links were ended, recovery addresses. If a call fails, it rejects with
 * `StoreUnavailable` and has changed nothing, unless Redis's reply was lost.
 */
export interface DurableStore {
  get(key: string): Promise<string | undefined>
  /**
   * Resolves when the value is on disk (folder) or accepted by the server (Redis).
   *
   * @param untilMs Unix time (ms) after which the value may be dropped; kept if undefined
   */
  set(key: string, value: string, untilMs?: number): Promise<void>
  /** Like `set`, but only if the key is new: true for one caller, false for all others. */
  add(key: string, value: string, untilMs?: number): Promise<boolean>
  delete(key: string): Promise<void>
  /** All entries whose keys begin with this, in no order. */
  entries(prefix: string): Promise<readonly (readonly [key: string, value: string])[]>
  readonly checkReadiness: CheckReadiness
  /** Resolves when earlier calls have ended. Later calls reject. */
  close(): Promise<void>
}
