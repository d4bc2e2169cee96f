import type { Secret } from '../../lib/secret.js'

/** Tells whether a password is known from a breach. Rejects with `BreachCheckUnavailable` if that can't be told. */
export type BreachCheck = (password: Secret) => Promise<boolean>

/** Why it could not be told: our own words, never the other server's. */
export type BreachCheckFaultReason =
  | 'unreachable'
  | 'tls-refused'
  | 'timed-out'
  | 'unexpected-answer'
  | `http-${number}`

/** Nobody could tell whether a password is known from a breach. */
export class BreachCheckUnavailable extends Error {
  override readonly name = 'BreachCheckUnavailable'
  readonly code = 'breach-check-unavailable'
  /** For the operator's log. */
  readonly reason: BreachCheckFaultReason

  /** There is no cause: what an HTTP client fails with may name the request's path, which is a part of the hash. */
  constructor(reason: BreachCheckFaultReason) {
    super(`breach-check-unavailable: ${reason}`)
    this.reason = reason
  }
}
