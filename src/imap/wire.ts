import { connect as connectPlain } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import type { ImapTransport, ImapTransportSocket } from 'imapflow'
import { isAsPinned, type ServerTrust, verificationOf } from '../lib/server-trust.js'
import { SessionFault } from './session-fault.js'

/** How much one session reads before it is ended. A login needs about 2 KB. */
const MAX_READ_BYTES = 64 * 1024

export interface Wire {
  readonly transport: ImapTransport
  /** Whether the server sent a continuation request, which it must do before SASL sends a password. */
  readonly wasAsked: () => boolean
}

/** Opens sockets that verify the server before they send anything over TLS, and that end if the server sends too much. */
export function createWire(trust: ServerTrust): Wire {
  let readBytes = 0
  let tail = '\n'
  let asked = false

  function watch(socket: ImapTransportSocket): void {
    socket.on('data', (chunk: Buffer) => {
      const text = tail + chunk.toString('latin1')
      asked ||= text.includes('\n+')
      tail = text.slice(-1)
      readBytes += chunk.length
      if (readBytes > MAX_READ_BYTES) socket.destroy(new SessionFault('unexpected-answer'))
    })
  }

  function connectVerified(options: ConnectionOptions, onSecure: () => void): TLSSocket {
    const socket = connectTls({ ...options, ...verificationOf(trust) }, () => {
      if (!isAsPinned(trust, socket)) {
        socket.destroy(new SessionFault('tls-refused'))
        return
      }
      onSecure()
      watch(socket)
    })
    return socket
  }

  return {
    wasAsked: () => asked,
    transport: {
      connect({ host, port, servername, secure }, onConnect) {
        if (secure) return connectVerified({ host, port, ...named(servername) }, onConnect)
        const socket = connectPlain({ host, port }, () => {
          onConnect()
          watch(socket)
        })
        return socket
      },
      // Without the host, a certificate for an IP address would be compared with the name `localhost`.
      upgrade: (socket, { host, servername }, onSecure) =>
        connectVerified({ socket, host, ...named(servername) }, onSecure),
    },
  }
}

function named(servername: string | undefined): ConnectionOptions {
  return servername === undefined ? {} : { servername }
}
