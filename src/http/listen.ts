import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import type { Server } from 'node:http'
import { listenOnSocket } from '../system/unix-socket.js'

export interface ListenAddress {
  /** A name or address; an IPv6 address has no brackets. */
  readonly host: string
  readonly port: number
}

export interface ListenSocket {
  readonly path: string
  /** Its permissions, as for chmod(2). */
  readonly mode: number
}

/** A Unix socket from systemd's socket activation (sd_listen_fds(3)). */
export interface HandedSocket {
  readonly fd: number
  /** The name of its unit, unless systemd is configured otherwise. */
  readonly name: string
}

/**
 * How many connections can wait in the socket while one process replaces another. Node's default would reduce systemd's value to
 * 511.
 */
const BACKLOG = 4096

/**
 * Starts to listen. Rejects with the system's error if it can't. Replaces a socket that a dead process left behind. A socket from
 * systemd stays when the server closes.
 */
export async function listen(server: Server, on: ListenAddress | ListenSocket | HandedSocket): Promise<void> {
  if ('port' in on) {
    await once(server.listen(on.port, on.host), 'listening')
    return
  }
  if ('fd' in on) {
    await once(server.listen({ fd: on.fd }, BACKLOG), 'listening')
    if (server.address() === null) return
    server.close()
    // A caller over TCP has an address, so it must not be trusted like one on a Unix socket.
    throw Object.assign(new Error('the socket is not a Unix socket'), { code: 'EAFNOSUPPORT' })
  }
  await listenOnSocket(server, on.path)
  // Until now, the usual umask kept everybody else from writing to it.
  await chmod(on.path, on.mode)
}
