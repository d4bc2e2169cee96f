import type { Deadline } from '../lib/deadline.js'
import type { Secret } from '../lib/secret.js'

/**
 * Tells whether the mail server lets a mailbox in with this password: false only if it refused the credentials, or
 * if no login can carry them. Rejects with a `MailServerFault` if it can't be told.
 *
 * @param clientAddress the person's, for the mail server's own log and defences
 * @param hungUp if it is aborted when the turn comes, there is no login and its reason is thrown
 */
export type MailLogin = (
  address: string,
  password: Secret,
  clientAddress: string,
  deadline: Deadline,
  hungUp?: AbortSignal,
) => Promise<boolean>

/** Why the mail server could not be asked, or its answer tells nothing of the credentials. */
export type MailServerFaultReason =
  | 'unreachable'
  | 'tls-refused'
  /** It must be asked under TLS, and does not offer that. */
  | 'no-starttls'
  | 'timed-out'
  | 'closed'
  /** It takes no password here, or none without TLS. */
  | 'login-disabled'
  | 'refused-temporarily'
  | 'unexpected-answer'
  /** It was not asked: too many logins were waiting for their turn. */
  | 'too-many-logins'

/** The mail server did not say whether the credentials are right, for a reason that is not the person's. */
export class MailServerFault extends Error {
  override readonly name = 'MailServerFault'
  readonly code = 'mail-server-unavailable'
  /** For the operator's log: our own words, never the server's. */
  readonly reason: MailServerFaultReason

  /**
   * Whether the server may have tried the password. Then the login counts as a guess: a server that is slower with wrong
   * passwords, or closes on them, would else tell them from the right one as often as it is asked.
   */
  readonly credentialsSent: boolean

  /** There is no cause: what a mail server says may quote the credentials. */
  constructor(reason: MailServerFaultReason, credentialsSent: boolean) {
    super(`mail-server-unavailable: ${reason}`)
    this.reason = reason
    this.credentialsSent = credentialsSent
  }
}
