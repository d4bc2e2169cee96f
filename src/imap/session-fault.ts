import type { MailServerFaultReason } from '../core/mail-server-port.js'

/** Breaks a session off, for a reason of ours. */
export class SessionFault extends Error {
  override readonly name = 'SessionFault'
  readonly reason: MailServerFaultReason

  constructor(reason: MailServerFaultReason) {
    super(reason)
    this.reason = reason
  }
}
