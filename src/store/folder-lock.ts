import { statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { listenOnSocket, MAX_SOCKET_PATH_BYTES } from '../system/unix-socket.js'

/** The socket's file name. */
const LOCK_NAME = 'recovery.lock'

/** A longer path leaves no room for the socket's. */
export const MAX_FOLDER_PATH_BYTES = MAX_SOCKET_PATH_BYTES - `/${LOCK_NAME}`.length

/** Keeps other processes out of a folder. */
export interface FolderLock {
  /** False if the socket's file was removed or replaced: another process may use the folder now. */
  isHeld(): boolean
  release(): Promise<void>
}

/**
 * Locks a folder for this process by listening on a Unix socket in it. The lock ends with the process, however that ends. Other
 * containers that share the folder see it; other hosts don't. Rejects with `EADDRINUSE` if another process has the lock.
 */
export async function lockFolder(directory: string): Promise<FolderLock> {
  const path = join(directory, LOCK_NAME)
  const server = createServer((socket) => socket.destroy()).unref()
  await listenOnSocket(server, path)
  const own = inodeOf(path)
  const isHeld = (): boolean => inodeOf(path) === own
  return {
    isHeld,
    async release() {
      // Closing the server removes any file of that name.
      if (isHeld()) await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** No other file gets this number while a process listens on the socket. */
function inodeOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && `${found.dev} ${found.ino}`
}
