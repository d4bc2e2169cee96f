/** The store that instances share can't be reached: nobody knows what the others have counted, or are changing. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  readonly code = 'store-unavailable'

  /** There is no cause: what a client fails with may quote its commands, and they the password. */
  constructor() {
    super('store-unavailable')
  }
}
