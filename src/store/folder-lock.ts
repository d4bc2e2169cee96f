import { statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { listenOnSocket, MAX_SOCKET_PATH_BYTES } from '../system/unix-socket.js'

/** The name of the socket in the folder. */
const LOCK_NAME = 'recovery.lock'

/** A longer path leaves no room for the socket. */
export const MAX_FOLDER_PATH_BYTES = MAX_SOCKET_PATH_BYTES - `/${LOCK_NAME}`.length

/** Keeps other processes from a folder. */
export interface FolderLock {
  /** False if its file was removed or replaced: another process may have the folder now. */
  isHeld(): boolean
  release(): Promise<void>
}

/**
 * Locks a folder for this process: it listens on a Unix socket there, which no process can do after its end, however that came. Other
 * containers that share the folder see it too; other hosts don't. Rejects with `EADDRINUSE` if another process has the folder.
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
      // The end of the server removes whatever has its name.
      if (isHeld()) await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** No other file gets the number while a process listens on the socket. */
function inodeOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && `${found.dev} ${found.ino}`
}
