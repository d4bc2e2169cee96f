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

/** Begins to listen; rejects with the system's error if that can't be. A socket that a dead process has left is replaced. */
export async function listen(server: Server, on: ListenAddress | ListenSocket): Promise<void> {
  if ('port' in on) {
    await once(server.listen(on.port, on.host), 'listening')
    return
  }
  await listenOnSocket(server, on.path)
  // Until now nobody else could write to it, by any usual umask.
  await chmod(on.path, on.mode)
}
