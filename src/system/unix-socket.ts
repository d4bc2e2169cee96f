import { once } from 'node:events'
import { statSync, unlinkSync } from 'node:fs'
import { connect, type Server } from 'node:net'
import { errorCodeOf } from '../lib/describe-error.js'

/** The maximum length of a socket's path on Linux (unix(7)). */
export const MAX_SOCKET_PATH_BYTES = 107

/**
 * Starts to listen on a Unix socket, and replaces one that a dead process has left. Rejects with the system's error if it can't. If
 * several processes try at once, only one succeeds.
 */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  const found = identityOf(path)
  try {
    await once(server.listen(path), 'listening')
  } catch (error) {
    if (!(await isLeftOver(path))) throw error
    // Another process may have replaced it meanwhile.
    if (identityOf(path) === found) unlinkSync(path)
    await once(server.listen(path), 'listening')
  }
}

/** Identifies a file. A file that replaces it differs, even if it gets the same inode number. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev} ${found.ino} ${found.ctimeNs}`
}

/** Whether the path is a socket on which no process listens. */
async function isLeftOver(path: string): Promise<boolean> {
  if (!statSync(path, { throwIfNoEntry: false })?.isSocket()) return false
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return false
  } catch (error) {
    return errorCodeOf(error) === 'ECONNREFUSED'
  } finally {
    socket.destroy()
  }
}
