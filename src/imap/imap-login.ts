import { AuthenticationFailure } from 'imapflow'
import { type MailLogin, MailServerFault } from '../core/mail-server-port.js'
import { createFairTurns } from '../lib/fair-turns.js'
import { networkOf } from '../lib/ip-address.js'
import { type Credentials, type MailServer, runSession } from './session.js'
import { faultOf, refusedCredentials, unsendable } from './session-result.js'

const MAX_WAITING = 128

interface ImapLoginOptions extends MailServer {
  /** The time limit of one call, including the wait for its turn. */
  readonly timeoutMs: number
  readonly maxConcurrency: number
}

/** Checks passwords by logging in to the mail server, once for each call, in turns between client addresses. */
export function createImapLogin({ timeoutMs, maxConcurrency, ...server }: ImapLoginOptions): MailLogin {
  const takeTurn = createFairTurns({
    atOnce: maxConcurrency,
    // A mail server delays people who guess. With this limit, one of them can't block everybody else.
    ofOneSender: Math.max(1, Math.floor(maxConcurrency / 4)),
    maxWaiting: MAX_WAITING,
    refusal: (why) => new MailServerFault(why === 'full' ? 'too-many-logins' : 'timed-out', false),
  })

  async function logIn(credentials: Credentials, leftMs: number): Promise<boolean> {
    if (leftMs <= 0) throw new MailServerFault('timed-out', false)
    const end = await runSession(server, leftMs, credentials)
    if (end.accepted) return true
    if (refusedCredentials(end) || unsendable(end)) return false
    throw faultOf(end)
  }

  return async function checkLogin(address, password, clientAddress, deadline, hungUp) {
    const pass = password.reveal()
    if (!canBeSent(address) || !canBeSent(pass)) return false
    const credentials = { user: address, pass, clientAddress }
    const leftMs = Math.min(timeoutMs, deadline.leftMs())
    const endsAtMs = performance.now() + leftMs
    return await takeTurn(networkOf(clientAddress), leftMs, () => {
      hungUp?.throwIfAborted()
      return logIn(credentials, endsAtMs - performance.now())
    })
  }
}

/** Connects to the mail server without logging in. Returns a fault if a login would be impossible. */
export function createImapProbe({
  timeoutMs,
  ...server
}: Omit<ImapLoginOptions, 'maxConcurrency'>): () => Promise<MailServerFault | undefined> {
  return async function probe() {
    const end = await runSession(server, timeoutMs)
    // Without credentials, a good session fails at the login, and only there.
    const reached = end.error instanceof AuthenticationFailure && !end.loginDisabled
    return reached ? undefined : faultOf(end)
  }
}

/** SASL PLAIN carries non-empty, well-formed text without NUL (RFC 4616, section 2). */
function canBeSent(text: string): boolean {
  return text !== '' && text.isWellFormed() && !text.includes('\0')
}
