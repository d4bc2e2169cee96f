import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import type { Server } from 'node:http'
import { listenOnSocket } from '../system/unix-socket.js'

/** The address and port that a server listens on. */
export interface ListenAddress {
  /** A name or an address; an IPv6 address without brackets. */
  readonly host: string
  readonly port: number
}

/** The Unix socket that a server listens on. */
export interface ListenSocket {
  readonly path: string
  /** Its permissions, as of chmod(2). */
  readonly mode: number
}

/** A socket that systemd listens on and hands over (sd_listen_fds(3)). It must be a Unix socket. */
export interface HandedSocket {
  readonly fd: number
  /** Of its unit, unless systemd was told another one. */
  readonly name: string
}

/** As many connections wait in the socket while one process follows another. Without it, Node would lower systemd's number to 511. */
const BACKLOG = 4096

/**
 * Begins to listen; rejects with the system's error if that can't be. A socket that a dead process has left is replaced. One that was
 * handed over stays when the server closes.
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
    // Whom to believe depends on it: what calls by TCP has an address.
    throw Object.assign(new Error('the socket is no Unix socket'), { code: 'EAFNOSUPPORT' })
  }
  await listenOnSocket(server, on.path)
  // Until now nobody else could write to it, by any usual umask.
  await chmod(on.path, on.mode)
}
