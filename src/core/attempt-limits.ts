import type { Attempt } from './attempt.js'

/** So many in a window of time. */
export interface Limit {
  readonly count: number
  readonly windowMs: number
}

/** A limit that was reached, and until when. */
export interface ReachedLimit extends Limit {
  /** As it is called in the `RateLimit` header. */
  readonly name: string
  readonly retryAfterMs: number
}

/** Whether an attempt may go on to the panel. */
export type Admission =
  | {
      readonly admitted: true
      /** To be called when the attempt has ended. Unless its credentials were refused, it counts against nobody. */
      end(refused: boolean): Promise<void>
    }
  | { readonly admitted: false; readonly limit: ReachedLimit }

/** Limits on refused credentials. An attempt counts from its start, so that many at once can't slip through. */
export interface AttemptLimits {
  admit(attempt: Attempt): Promise<Admission>
}

/** A submission that was stopped before it was read; thrown in `abuse`, answered in `http`. */
export class AddressLimitExceeded extends Error {
  override readonly name = 'AddressLimitExceeded'
  readonly limit: ReachedLimit

  constructor(limit: ReachedLimit) {
    super(`limit ${limit.name} reached`)
    this.limit = limit
  }
}
