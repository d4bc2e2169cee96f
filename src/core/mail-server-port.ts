import type { Deadline } from '../lib/deadline.js'
import type { Secret } from '../lib/secret.js'

/**
 * Whether the mail server accepts this password. False only if it refused the credentials, or if no login can carry them. Rejects
 * with a `MailServerFault` if it didn't say.
 *
 * @param clientAddress the person's, for the mail server's log and its own protection
 * @param hungUp if aborted before its turn, there is no login and its reason is thrown
 */
export type MailLogin = (
  address: string,
  password: Secret,
  clientAddress: string,
  deadline: Deadline,
  hungUp?: AbortSignal,
) => Promise<boolean>

/** Why there was no answer about the credentials. */
export type MailServerFaultReason =
  | 'unreachable'
  | 'tls-refused'
  /** TLS is required, and the server doesn't offer it. */
  | 'no-starttls'
  | 'timed-out'
  | 'closed'
  /** It accepts no passwords here, or none without TLS. */
  | 'login-disabled'
  | 'refused-temporarily'
  | 'unexpected-answer'
  /** It wasn't asked: too many logins were waiting. */
  | 'too-many-logins'

/** The mail server didn't say whether the credentials are right, and the person isn't the cause. */
export class MailServerFault extends Error {
  override readonly name = 'MailServerFault'
  readonly code = 'mail-server-unavailable'
  /** For the operator's log. Never the server's own words. */
  readonly reason: MailServerFaultReason

  /**
   * Whether the server may have tried the password. Then the attempt counts as a guess. Otherwise a server that is slower with
   * wrong passwords, or closes the connection on them, would act as a password oracle.
   */
  readonly credentialsSent: boolean

  /** Has no `cause`: a mail server's text may quote the credentials. */
  constructor(reason: MailServerFaultReason, credentialsSent: boolean) {
    super(`mail-server-unavailable: ${reason}`)
    this.reason = reason
    this.credentialsSent = credentialsSent
  }
}
