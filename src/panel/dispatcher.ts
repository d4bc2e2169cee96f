import type { TLSSocket } from 'node:tls'
import { buildConnector, type Dispatcher, Pool } from 'undici'
import { isAsPinned, type ServerTrust, verificationOf } from '../lib/server-trust.js'
import { TransportFailure } from './transport.js'

/** The longest answer that is read. An account's record has 2 KB; an error may quote several mailboxes' records. */
const MAX_ANSWER_BYTES = 256 * 1024

/**
 * Keep-alive connections to the panel, at most one for each parallel command.
 *
 * @param timeoutMs for connecting
 */
export function createDispatcher(
  url: URL,
  trust: ServerTrust,
  connections: number,
  timeoutMs: number,
): Dispatcher {
  return new Pool(url.origin, {
    connections,
    connect: createConnector(trust, timeoutMs),
    maxResponseSize: MAX_ANSWER_BYTES,
  })
}

/** Fails with a `TransportFailure` that says that nothing was sent. */
function createConnector(trust: ServerTrust, timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({
    timeout: timeoutMs,
    ...verificationOf(trust),
    // A resumed session shows no certificate to compare with the pin.
    ...(trust.certificateSha256 === undefined ? {} : { maxCachedSessions: 0 }),
  })
  return function connectVerified(options, callback) {
    connect(options, (error, socket) => {
      if (!socket) return callback(connectFailure(error), null)
      if (!isAsPinned(trust, socket as TLSSocket)) {
        socket.destroy()
        return callback(
          new TransportFailure('tls-refused', new Error('the certificate is not the pinned one')),
          null,
        )
      }
      callback(null, socket)
    })
  }
}

const UNREACHABLE =
  /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_.*|ETIMEDOUT|EHOST.*|ENET.*|EADDR.*|EACCES|EPERM|UND_ERR_.*)$/

function connectFailure(error: Error | null): TransportFailure {
  const code = error && 'code' in error ? String(error.code) : ''
  const isLate = code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT'
  return new TransportFailure(UNREACHABLE.test(code) ? 'unreachable' : 'tls-refused', error, isLate)
}
