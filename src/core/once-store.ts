/** Remembers for all instances what may be used only once. */
export interface OnceStore {
  /**
   * Uses up an ID: true for one caller, false for all others; false for everyone if there is no room. Rejects with
   * `StoreUnavailable`.
   *
   * @param ttlMs how long to remember it
   */
  use(id: string, ttlMs: number): Promise<boolean>
}
