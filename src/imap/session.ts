import { ImapFlow } from 'imapflow'
import { inTime } from '../lib/in-time.js'
import { isLoopback, withoutBrackets } from '../lib/ip-address.js'
import type { ServerTrust } from '../lib/server-trust.js'
import { SessionFault } from './session-fault.js'
import { createWire } from './wire.js'

/** A mail server's address, and how to verify its certificate. */
export interface MailServer {
  /** `imaps:` is TLS from the start; `imap:` is STARTTLS. On the loopback, `imap:` is plain text unless `trust` is set. */
  readonly url: URL
  readonly trust: ServerTrust
}

export interface Credentials {
  readonly user: string
  readonly pass: string
  /** The person's address. */
  readonly clientAddress: string
}

export interface SessionEnd {
  /** Whether the server accepted these credentials. */
  readonly accepted: boolean
  /** Whether the password was sent. If not, a refusal says nothing about it. */
  readonly passwordSent: boolean
  /** Whether the server allows no logins with a password. */
  readonly loginDisabled: boolean
  readonly connected: boolean
  /** The error that ended it early. */
  readonly error?: unknown
}

/**
 * Connects, logs in once if there are credentials, and logs out. Never rejects, and closes its connection.
 *
 * @param timeoutMs the time limit of the session
 */
export async function runSession(
  { url, trust }: MailServer,
  timeoutMs: number,
  credentials?: Credentials,
): Promise<SessionEnd> {
  const wire = createWire(trust)
  const secure = url.protocol === 'imaps:'
  const mayBePlain = isLoopback(url.hostname) && Object.keys(trust).length === 0
  let loginIssued = false
  const client: ImapFlow = new ImapFlow({
    host: withoutBrackets(url.hostname),
    // 0 means the scheme's default port.
    port: Number(url.port),
    secure,
    doSTARTTLS: !secure && !mayBePlain,
    transport: wire.transport,
    verifyOnly: true,
    logger: false,
    clientInfo: introduction(credentials),
    ...(credentials && {
      auth: {
        user: credentials.user,
        pass: credentials.pass,
        // Without this, ImapFlow would prefer LOGIN to PLAIN for an address with a slash, and SASL LOGIN to the LOGIN command.
        // ImapFlow reads it once the server's capabilities are known.
        get loginMethod() {
          loginIssued = !offersPlain(client)
          return loginIssued ? 'LOGIN' : 'AUTH=PLAIN'
        },
      },
    }),
  })
  // Errors after `connect` has settled don't matter, but they would end the process.
  client.on('error', () => undefined)
  // `authenticated` isn't enough. It is also true after a PREAUTH greeting, which checks nothing, and after a NO with the words
  // `Some of the requested messages no longer exist`.
  let loginAnswer = ''
  client.on('response', ({ response }) => {
    if (!client.authenticated) loginAnswer = response.toUpperCase()
  })
  const late = (): SessionFault => new SessionFault('timed-out')
  const error = await inTime(client.connect(), timeoutMs, late).catch((thrown: unknown) => thrown)
  client.close()
  return {
    accepted: Boolean(client.authenticated) && loginAnswer === 'OK',
    passwordSent: wire.wasAsked() || loginIssued,
    loginDisabled: client.capabilities.has('LOGINDISABLED') && !offersPlain(client),
    connected: client.connectedAt !== null,
    error,
  }
}

/**
 * How Rekey introduces itself to the server (RFC 2971), and the person's address. If Dovecot trusts our network
 * (`login_trusted_networks`), it uses that address for its log and its penalties. Empty values are left out.
 */
function introduction(credentials: Credentials | undefined) {
  const person = credentials && { 'x-originating-ip': credentials.clientAddress }
  return { name: 'Rekey', version: '', vendor: '', 'support-url': '', ...person }
}

function offersPlain(client: ImapFlow): boolean {
  return client.capabilities.has('AUTH=PLAIN')
}
