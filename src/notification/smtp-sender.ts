import { promisify } from 'node:util'
import type { NodemailerError } from 'nodemailer'
import MailComposer from 'nodemailer/lib/mail-composer'
import type { Sender, SendFault } from './message.js'
import { askSmtpServer, runSmtpSession, type SmtpServer } from './smtp-session.js'

/** How long a probe may take. */
const PROBE_MS = 30_000

/** Hands messages to a server, each over a connection of its own. */
export function createSmtpSender(server: SmtpServer): Sender {
  return async function send({ from, to, date, messageId, subject, text }, signal) {
    const mail = new MailComposer({
      // The composer writes into the object.
      from: { ...from },
      to: { name: '', address: to },
      date,
      messageId,
      subject,
      text,
      // RFC 3834 section 5: nobody's holiday notice answers it.
      headers: { 'Auto-Submitted': 'auto-generated' },
    }).compile()
    return await runSmtpSession(server, signal, (connection) =>
      promisify(connection.send.bind(connection))(mail.getEnvelope(), mail.createReadStream()),
    ).then(() => undefined, faultOf)
  }
}

/** Why a message would not be taken: an error, or the refusal of one of the two addresses. */
export type ProbeFault = Omit<SendFault, 'isFinal'> & { readonly refused?: 'sender' | 'recipient' }

/**
 * Goes as far as a message goes before its text, and takes it back.
 *
 * @param address of the sender, and of the recipient too: no other is known
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

/** RFC 5321 section 4.2.1: statuses from here on refuse a command. */
const REFUSED = 400

function refusalOf(refused: 'sender' | 'recipient', smtpStatus: number): ProbeFault {
  return { errorCode: 'EENVELOPE', smtpStatus, refused }
}

/** Only the kind of error and the server's number: its text may quote the address. */
function faultOf(error: unknown): SendFault {
  const { name, code = name, originalCode, responseCode, command } = error as NodemailerError
  return {
    errorCode: originalCode ?? code,
    smtpStatus: responseCode,
    isFinal: isAboutMessage(command) && isMailSystemRefusal(responseCode),
  }
}

/** A refusal of the session or the sender, such as one before STARTTLS, says nothing of the message: it can be mended meanwhile. */
function isAboutMessage(command: string | undefined): boolean {
  return command === 'RCPT TO' || command === 'DATA'
}

/** RFC 5321 section 4.2.1: `55z` is about the mailbox or the message; `53z` is about authentication and TLS (RFC 4954 section 6). */
function isMailSystemRefusal(status = 0): boolean {
  return status >= 550 && status < 560
}
