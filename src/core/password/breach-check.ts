import type { Secret } from '../../lib/secret.js'

/** Whether a password is known from a data breach. Rejects with `BreachCheckUnavailable` if it can't find out. */
export type BreachCheck = (password: Secret) => Promise<boolean>

/** Why the check failed. Never the other server's own words. */
export type BreachCheckFaultReason =
  | 'unreachable'
  | 'tls-refused'
  | 'timed-out'
  | 'unexpected-answer'
  | `http-${number}`

/** Rekey couldn't find out whether a password is known from a data breach. */
export class BreachCheckUnavailable extends Error {
  override readonly name = 'BreachCheckUnavailable'
  readonly code = 'breach-check-unavailable'
  /** For the operator's log. */
  readonly reason: BreachCheckFaultReason

  /** Has no `cause`: an HTTP client's error may contain the request's path, which is a part of the hash. */
  constructor(reason: BreachCheckFaultReason) {
    super(`breach-check-unavailable: ${reason}`)
    this.reason = reason
  }
}
