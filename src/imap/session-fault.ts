import type { MailServerFaultReason } from '../core/mail-server-port.js'

/** Ends a session for a reason of Rekey's, not of the server's. */
export class SessionFault extends Error {
  override readonly name = 'SessionFault'
  readonly reason: MailServerFaultReason

  constructor(reason: MailServerFaultReason) {
    super(reason)
    this.reason = reason
  }
}
