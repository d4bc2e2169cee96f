import type { X509Certificate } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { connect as connectPlain, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { errorCodeOf } from '../lib/describe-error.js'
import { inTime } from '../lib/in-time.js'
import { withoutBrackets } from '../lib/ip-address.js'

/** The system's error code, such as `ECONNREFUSED`, if a server can't be reached. */
export interface Unreached {
  readonly failure: string
}

/** The server's side of a handshake. Nothing of it is trusted yet. */
export interface Peer {
  readonly certificate: X509Certificate
  /** OpenSSL's error for the chain, such as `CERT_HAS_EXPIRED`. */
  readonly chainError: string | undefined
}

export function hostOf({ hostname }: URL): string {
  return withoutBrackets(hostname)
}

export function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80)
}

/** The addresses of a name. */
export async function resolveName(url: URL, timeoutMs: number): Promise<readonly string[] | Unreached> {
  const looked = lookup(hostOf(url), { all: true }).then((found) => found.map(({ address }) => address))
  return await inTime(looked, timeoutMs, timedOut).catch(unreached)
}

/** Connects, and returns this host's address on the connection. */
export function openConnection(
  url: URL,
  timeoutMs: number,
): Promise<{ readonly localAddress: string } | Unreached> {
  return new Promise((resolve) => {
    const socket = connectPlain({ host: hostOf(url), port: portOf(url), timeout: timeoutMs })
    socket
      .once('connect', () => {
        resolve({ localAddress: socket.localAddress ?? '' })
        socket.destroy()
      })
      .once('timeout', () => socket.destroy(timedOut()))
      .once('error', (error) => resolve(unreached(error)))
  })
}

/** Makes a TLS handshake that accepts any certificate, and sends nothing. */
export function shakeHands(url: URL, ca: string | undefined, timeoutMs: number): Promise<Peer | Unreached> {
  const host = hostOf(url)
  const name = isIP(host) === 0 ? { servername: host } : {}
  const trust = { ...(ca === undefined ? {} : { ca }), rejectUnauthorized: false }
  return new Promise((resolve) => {
    const socket = connectTls({ host, port: portOf(url), timeout: timeoutMs, ...name, ...trust })
    socket
      .once('secureConnect', () => {
        const certificate = socket.getPeerX509Certificate()
        const { authorizationError } = socket
        const chainError = authorizationError ? String(authorizationError) : undefined
        resolve(certificate ? { certificate, chainError } : { failure: 'no-certificate' })
        socket.destroy()
      })
      .once('timeout', () => socket.destroy(timedOut()))
      .once('error', (error) => resolve(unreached(error)))
      .once('close', () => resolve({ failure: 'closed' }))
  })
}

function timedOut(): Error {
  return Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })
}

function unreached(error: unknown): Unreached {
  return { failure: errorCodeOf(error) ?? 'unknown' }
}
