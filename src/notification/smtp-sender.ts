import { createTransport, type NodemailerError } from 'nodemailer'
import type { Secret } from '../lib/secret.js'
import type { Sender } from './message.js'

/** A server that takes mail, and how it lets us in. */
export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** `implicit`: from the start. `starttls`: or else nothing is sent. `none`: only where nobody can listen. */
  readonly tls: 'implicit' | 'starttls' | 'none'
  readonly login: { readonly username: string; readonly password: Secret } | undefined
}

/** How long one step may take; all of them together are bounded by the signal. */
const STEP_MS = 10_000

/** The server said for good that it takes no such message. */
const FINAL_STATUS = 500

/** TLS is verified by the authorities that Node trusts. */
function createSmtpTransport({ host, port, tls, login }: SmtpServer) {
  return createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    // Said in any case: NODE_TLS_REJECT_UNAUTHORIZED could turn Node's own default off.
    tls: { rejectUnauthorized: true },
    ...(login && { auth: { user: login.username, pass: login.password.reveal() } }),
    dnsTimeout: STEP_MS,
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: STEP_MS,
    socketCloseTimeout: 0,
  })
}

/** Logs in, where there is a login, and sends nothing; resolves to the kind of error if that fails. */
export async function probeSmtpServer(server: SmtpServer): Promise<string | undefined> {
  return await createSmtpTransport(server)
    .verify()
    .then(
      () => undefined,
      (error) => faultOf(error).errorCode,
    )
}

/** Hands messages to a server, each over a connection of its own. */
export function createSmtpSender(server: SmtpServer): Sender {
  const transport = createSmtpTransport(server)

  return async function send({ from, to, date, messageId, subject, text }, signal) {
    const message = {
      // The client writes into the object.
      from: { ...from },
      to: { name: '', address: to },
      date,
      messageId,
      subject,
      text,
      // RFC 3834 section 5: nobody's holiday notice answers it.
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal,
    }
    return await transport.sendMail(message).then(() => undefined, faultOf)
  }
}

/** Only the kind of error and the server's number: its text may quote the address. */
function faultOf(error: unknown) {
  const { name, code = name, responseCode } = error as NodemailerError
  const isRefusal = code === 'EENVELOPE' || code === 'EMESSAGE'
  return {
    errorCode: code,
    smtpStatus: responseCode,
    isFinal: isRefusal && (responseCode ?? 0) >= FINAL_STATUS,
  }
}
