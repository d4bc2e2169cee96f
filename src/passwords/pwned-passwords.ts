import { createHash } from 'node:crypto'
import { Agent, type Dispatcher } from 'undici'
import {
  type BreachCheck,
  type BreachCheckFaultReason,
  BreachCheckUnavailable,
} from '../core/password/breach-check.js'
import { inTime } from '../lib/in-time.js'
import { type ServerTrust, verificationOf } from '../lib/server-trust.js'

/** A range has about 40 KB, and up to twice as much with padding. */
const MAX_ANSWER_BYTES = 256 * 1024

const MAX_CONNECTIONS = 8

/**
 * Makes the connections to a server of breached passwords. They stay open for the next request.
 *
 * @param timeoutMs how long connecting may take
 */
export function createBreachDispatcher(trust: ServerTrust, timeoutMs: number): Dispatcher {
  return new Agent({
    connections: MAX_CONNECTIONS,
    connect: { timeout: timeoutMs, ...verificationOf(trust) },
    maxResponseSize: MAX_ANSWER_BYTES,
  })
}

/** How much of the hash is sent. About a thousand passwords share each prefix, so the server doesn't learn which one it was. */
const PREFIX_LENGTH = 5

/** The rest of a SHA-1 hash in hex, and how often its password was seen. */
const ENTRY = /^[0-9A-F]{35}:\d{1,12}$/

/**
 * Makes a check with a server that has the range API of Pwned Passwords
 * (https://haveibeenpwned.com/API/v3#SearchingPwnedPasswordsByRange).
 *
 * @param url the URL in front of `/range/`, without a slash at its end
 * @param timeoutMs the time limit of a request, including connecting
 */
export function createBreachCheck(dispatcher: Dispatcher, url: string, timeoutMs: number): BreachCheck {
  return async function isBreached(password) {
    const hash = createHash('sha1').update(password.reveal()).digest('hex').toUpperCase()
    const entries = await readRange(hash.slice(0, PREFIX_LENGTH))
    const suffix = hash.slice(PREFIX_LENGTH)
    // Entries with the count 0 are padding.
    return entries.some((entry) => entry.startsWith(`${suffix}:`) && !/:0+$/.test(entry))
  }

  async function readRange(prefix: string): Promise<string[]> {
    const { status, text } = await ask(`${url}/range/${prefix}`).catch((error: unknown) => {
      throw error instanceof BreachCheckUnavailable ? error : new BreachCheckUnavailable(reasonOf(error))
    })
    if (status !== 200) throw new BreachCheckUnavailable(`http-${status}`)
    const entries = text.trimEnd().toUpperCase().split(/\r?\n/)
    if (!entries.every((entry) => ENTRY.test(entry))) throw new BreachCheckUnavailable('unexpected-answer')
    return entries
  }

  async function ask(address: string): Promise<{ status: number; text: string }> {
    const headers = { 'add-padding': 'true', 'user-agent': 'rekey', accept: 'text/plain' }
    const stop = new AbortController()
    const read = async (): Promise<{ status: number; text: string }> => {
      const { origin, pathname } = new URL(address)
      const question = { origin, path: pathname, method: 'GET' as const, headers, signal: stop.signal }
      const { statusCode, body } = await dispatcher.request(question)
      return { status: statusCode, text: await body.text() }
    }
    const late = (): Error => new BreachCheckUnavailable('timed-out')
    return await inTime(read(), timeoutMs, late).finally(() => stop.abort())
  }
}

const TLS_FAILURE = /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/

function reasonOf(error: unknown): BreachCheckFaultReason {
  if (!(error instanceof Error)) return 'unreachable'
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'timed-out'
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || code.startsWith('HPE_')) return 'unexpected-answer'
  return TLS_FAILURE.test(code) ? 'tls-refused' : 'unreachable'
}
