import { once } from 'node:events'
import { statSync, unlinkSync } from 'node:fs'
import { connect, type Server } from 'node:net'
import { errorCodeOf } from '../lib/describe-error.js'

/** Linux takes no longer path for a socket (unix(7)). */
export const MAX_SOCKET_PATH_BYTES = 107

/**
 * Begins to listen on a Unix socket, in place of one that a dead process has left. Rejects with the system's error if it can't: of
 * several that try at once, all but one.
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

/** Tells a file from one that takes its place, even if that gets the number of its inode. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev} ${found.ino} ${found.ctimeNs}`
}

/** Whether this is a socket that nobody listens on. */
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
