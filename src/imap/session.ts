import { ImapFlow } from 'imapflow'
import { inTime } from '../lib/in-time.js'
import { isLoopback, withoutBrackets } from '../lib/ip-address.js'
import type { ServerTrust } from '../lib/server-trust.js'
import { SessionFault } from './session-fault.js'
import { createWire } from './wire.js'

/** Where a mail server is, and how it is trusted. */
export interface MailServer {
  /** `imaps:` is TLS from the start. `imap:` is STARTTLS; on the loopback it is plain, unless `trust` holds something. */
  readonly url: URL
  readonly trust: ServerTrust
}

export interface Credentials {
  readonly user: string
  readonly pass: string
  /** The person's. */
  readonly clientAddress: string
}

/** How a session ended. */
export interface SessionEnd {
  /** Whether the server said that these credentials let the user in. */
  readonly accepted: boolean
  /** Whether a refusal is one of the password: it is not, if the server refused before it had been sent. */
  readonly passwordSent: boolean
  /** Whether the server takes no password at all. */
  readonly loginDisabled: boolean
  /** Whether a connection was made. */
  readonly connected: boolean
  /** What ended it before its time. */
  readonly error?: unknown
}

/**
 * Connects, logs in once, if there are credentials, and out again. Never rejects, and leaves no connection behind.
 *
 * @param timeoutMs after which the session is broken off
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
    // 0 stands for the scheme's own port.
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
        // Left alone, it would prefer LOGIN to PLAIN for an address with a slash, and SASL's own LOGIN to the
        // command, which is read when the server has told what it offers.
        get loginMethod() {
          loginIssued = !offersPlain(client)
          return loginIssued ? 'LOGIN' : 'AUTH=PLAIN'
        },
      },
    }),
  })
  // What goes wrong after `connect` has settled changes nothing any more, and must not end the process.
  client.on('error', () => undefined)
  // `authenticated` is not enough: it is true from a PREAUTH greeting on, by which nothing was checked and before
  // which there is no answer, and after a NO with the words `Some of the requested messages no longer exist`.
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
 * What the server is told of us (RFC 2971), and of the person: Dovecot lets a network that it trusts
 * (`login_trusted_networks`) name the address that its log and its penalties are for. Empty values are left out.
 */
function introduction(credentials: Credentials | undefined) {
  const person = credentials && { 'x-originating-ip': credentials.clientAddress }
  return { name: 'Rekey', version: '', vendor: '', 'support-url': '', ...person }
}

function offersPlain(client: ImapFlow): boolean {
  return client.capabilities.has('AUTH=PLAIN')
}
