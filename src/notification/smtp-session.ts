import type { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import type { NodemailerError } from 'nodemailer'
import SMTPConnection, {
  type SMTPConnectionAuth,
  type SMTPConnectionCustomAuthHandler,
} from 'nodemailer/lib/smtp-connection'
import type { Secret } from '../lib/secret.js'
import { isAsPinned, type ServerTrust, verificationOf } from '../lib/server-trust.js'

/** A server that takes mail, and how it lets us in. */
export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** The full host name that we give in EHLO: servers refuse mail of those who give none. */
  readonly helo: string
  /**
   * `implicit`: from the start. `starttls`: nothing is sent without it. `offered`: STARTTLS if the server offers it, with any
   * certificate; only on the loopback, where nobody can listen.
   */
  readonly tls: 'implicit' | 'starttls' | 'offered'
  readonly trust: ServerTrust
  readonly login: { readonly username: string; readonly password: Secret } | undefined
}

/** Ends a session for a reason of ours. */
class SmtpFault extends Error {
  override readonly name = 'SmtpFault'
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** A login is set, and the server takes none here: without it, nothing is sent. */
const LOGIN_NOT_OFFERED = 'login-not-offered'

/** How long one step may take; all of them together are bounded by the signal. */
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
    // What the server said before it closed comes first.
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

/** The mail client sends commands of others only for a way of logging in that it doesn't know: this is one that does no more. */
const COMMAND = 'COMMAND'

const sendOne: SMTPConnectionCustomAuthHandler = async ({ auth, sendCommand }) => {
  const { response } = await sendCommand(auth.command)
  auth.status = Number(response.slice(0, 3))
}

/** Sends one command, and gives the status of its answer. */
export async function askSmtpServer(connection: SMTPConnection, command: string): Promise<number> {
  const auth = { method: COMMAND, command, status: 0 }
  await logIn(connection, auth)
  return auth.status
}

async function enter(connection: SMTPConnection, { trust, login }: SmtpServer): Promise<void> {
  await promisify(connection.connect.bind(connection))()
  // Until here nothing but the name of this host was sent.
  if (!isAsPinned(trust, connection._socket as TLSSocket)) throw new SmtpFault('tls-refused')
  if (!login) return
  if (!connection.allowsAuth) throw new SmtpFault(LOGIN_NOT_OFFERED)
  const credentials = { user: login.username, pass: login.password.reveal() }
  await logIn(connection, { credentials }).catch((error: NodemailerError) => {
    throw isUnknownCommand(error.responseCode) ? new SmtpFault(LOGIN_NOT_OFFERED) : error
  })
}

/** RFC 5321 section 4.2.1: `50z` is about the command, not the credentials. A server that has only HELO can't tell sooner. */
function isUnknownCommand(status = 0): boolean {
  return status >= 500 && status < 510
}

async function logIn(connection: SMTPConnection, auth: SMTPConnectionAuth): Promise<void> {
  await promisify(connection.login.bind(connection))(auth)
}
