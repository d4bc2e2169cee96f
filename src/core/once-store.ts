/** Remembers what may be used only once, for all instances that share it. */
export interface OnceStore {
  /**
   * Uses an ID up: true for one caller and false for all others, or for everybody if there is no room to remember it. Rejects
   * with `StoreUnavailable` if it can't be told.
   *
   * @param ttlMs how long it is remembered
   */
  use(id: string, ttlMs: number): Promise<boolean>
}
