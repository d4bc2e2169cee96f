import { once } from 'node:events'
import { linkSync } from 'node:fs'
import { createServer } from 'node:net'

/** Leaves a Unix socket that nobody listens on, like a process that was killed. */
export async function leaveSocket(path: string): Promise<void> {
  const server = createServer().listen(`${path}.own`)
  await once(server, 'listening')
  // Closing the server removes only its own name.
  linkSync(`${path}.own`, path)
  await new Promise((resolve) => server.close(resolve))
}
