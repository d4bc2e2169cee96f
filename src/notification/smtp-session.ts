import type { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import type { NodemailerError } from 'nodemailer'
import SMTPConnection, {
  type SMTPConnectionAuth,
  type SMTPConnectionCustomAuthHandler,
} from 'nodemailer/lib/smtp-connection'
import type { Secret } from '../lib/secret.js'
import { isAsPinned, type ServerTrust, verificationOf } from '../lib/server-trust.js'

/** A mail server for outgoing mail, and how to log in. */
export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** The full host name for EHLO. Many servers refuse mail without one. */
  readonly helo: string
  /**
   * `implicit`: TLS from the start. `starttls`: STARTTLS is required. `offered`: STARTTLS if the server offers it, with any
   * certificate; only for the loopback, where nobody can eavesdrop.
   */
  readonly tls: 'implicit' | 'starttls' | 'offered'
  readonly trust: ServerTrust
  readonly login: { readonly username: string; readonly password: Secret } | undefined
}

/** A fault that Rekey finds itself, without an error of the mail client. */
class SmtpFault extends Error {
  override readonly name = 'SmtpFault'
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** A login is configured, but the server offers none: then nothing is sent. */
const LOGIN_NOT_OFFERED = 'login-not-offered'

/** The time-out of one step. The signal bounds the whole session. */
const STEP_MS = 10_000

/**
 * Connects, logs in if there is a login, does the work, and ends the session. Rejects with the mail client's error, or with an
 * `SmtpFault`.
 */
export async function runSmtpSession<Result>(
  server: SmtpServer,
  signal: AbortSignal,
  work: (connection: SMTPConnection) => Promise<Result>,
): Promise<Result> {
  const { host, port, helo, tls, trust } = server
  const connection = new SMTPConnection({
    host,
    port,
    name: helo,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    tls: tls === 'offered' ? { rejectUnauthorized: false } : verificationOf(trust),
    customAuth: { [COMMAND]: sendOne },
    dnsTimeout: STEP_MS,
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: STEP_MS,
    socketCloseTimeout: 0,
  })
  const broken = new Promise<never>((_resolve, reject) => {
    connection.on('error', reject)
    // Later, so that an error from the server's last words comes first.
    connection.on('end', () => setImmediate(() => reject(new SmtpFault('ECONNECTION'))))
    const abort = (): void => reject(new SmtpFault('EABORT'))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
  try {
    const result = await Promise.race([enter(connection, server).then(() => work(connection)), broken])
    connection.quit()
    return result
  } catch (error) {
    connection.close()
    throw error
  }
}

/** A custom login method that only sends a command: the mail client has no other way to send one. */
const COMMAND = 'COMMAND'

const sendOne: SMTPConnectionCustomAuthHandler = async ({ auth, sendCommand }) => {
  const { response } = await sendCommand(auth.command)
  auth.status = Number(response.slice(0, 3))
}

/** Sends one command, and returns the status of the reply. */
export async function askSmtpServer(connection: SMTPConnection, command: string): Promise<number> {
  const auth = { method: COMMAND, command, status: 0 }
  await logIn(connection, auth)
  return auth.status
}

async function enter(connection: SMTPConnection, { trust, login }: SmtpServer): Promise<void> {
  await promisify(connection.connect.bind(connection))()
  // So far, only the name of this host was sent.
  if (!isAsPinned(trust, connection._socket as TLSSocket)) throw new SmtpFault('tls-refused')
  if (!login) return
  if (!connection.allowsAuth) throw new SmtpFault(LOGIN_NOT_OFFERED)
  const credentials = { user: login.username, pass: login.password.reveal() }
  await logIn(connection, { credentials }).catch((error: NodemailerError) => {
    throw isUnknownCommand(error.responseCode) ? new SmtpFault(LOGIN_NOT_OFFERED) : error
  })
}

/** `50z` is about the command, not the credentials (RFC 5321 section 4.2.1). A server with only HELO can't say so earlier. */
function isUnknownCommand(status = 0): boolean {
  return status >= 500 && status < 510
}

async function logIn(connection: SMTPConnection, auth: SMTPConnectionAuth): Promise<void> {
  await promisify(connection.login.bind(connection))(auth)
}
