import { promisify } from 'node:util'
import type { NodemailerError } from 'nodemailer'
import MailComposer from 'nodemailer/lib/mail-composer'
import type { Sender, SendFault } from './message.js'
import { askSmtpServer, runSmtpSession, type SmtpServer } from './smtp-session.js'

/** The time-out of a probe. */
const PROBE_MS = 30_000

/** Sends messages to a server, each over a new connection. */
export function createSmtpSender(server: SmtpServer): Sender {
  return async function send({ from, to, date, messageId, subject, text }, signal) {
    const mail = new MailComposer({
      // A copy, because the composer changes the object.
      from: { ...from },
      to: { name: '', address: to },
      date,
      messageId,
      subject,
      text,
      // RFC 3834 section 5: prevents automatic replies.
      headers: { 'Auto-Submitted': 'auto-generated' },
    }).compile()
    return await runSmtpSession(server, signal, (connection) =>
      promisify(connection.send.bind(connection))(mail.getEnvelope(), mail.createReadStream()),
    ).then(() => undefined, faultOf)
  }
}

/** Why the server wouldn't accept a message: an error, or the refusal of an address. */
export type ProbeFault = Omit<SendFault, 'isFinal'> & { readonly refused?: 'sender' | 'recipient' }

/**
 * Starts a message and stops before its text.
 *
 * @param address the sender, and also the recipient, because no other address is known
 */
export async function probeSmtpServer(server: SmtpServer, address: string): Promise<ProbeFault | undefined> {
  const signal = AbortSignal.timeout(PROBE_MS)
  return await runSmtpSession(server, signal, async (connection) => {
    const senderStatus = await askSmtpServer(connection, `MAIL FROM:<${address}>`)
    if (senderStatus >= REFUSED) return refusalOf('sender', senderStatus)
    const recipientStatus = await askSmtpServer(connection, `RCPT TO:<${address}>`)
    await askSmtpServer(connection, 'RSET')
    return recipientStatus >= REFUSED ? refusalOf('recipient', recipientStatus) : undefined
  }).catch(faultOf)
}

/** Statuses from here on refuse a command (RFC 5321 section 4.2.1). */
const REFUSED = 400

function refusalOf(refused: 'sender' | 'recipient', smtpStatus: number): ProbeFault {
  return { errorCode: 'EENVELOPE', smtpStatus, refused }
}

/** Only the error's code and the server's status: the server's text may quote the address. */
function faultOf(error: unknown): SendFault {
  const { name, code = name, originalCode, responseCode, command } = error as NodemailerError
  return {
    errorCode: originalCode ?? code,
    smtpStatus: responseCode,
    isFinal: isAboutMessage(command) && isMailSystemRefusal(responseCode),
  }
}

/** Another refusal, such as of the login or the sender, isn't about the message, and may be fixed before the next try. */
function isAboutMessage(command: string | undefined): boolean {
  return command === 'RCPT TO' || command === 'DATA'
}

/** `55z` is about the mailbox or the message (RFC 5321 section 4.2.1); `53z` is about login and TLS (RFC 4954 section 6). */
function isMailSystemRefusal(status = 0): boolean {
  return status >= 550 && status < 560
}
