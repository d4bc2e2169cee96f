/** The store that instances share can't be reached: nobody knows what the others have counted, or are changing. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  readonly code = 'store-unavailable'

  constructor(cause?: unknown) {
    super('store-unavailable', { cause })
  }
}
