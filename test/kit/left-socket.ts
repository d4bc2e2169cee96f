import { once } from 'node:events'
import { linkSync } from 'node:fs'
import { createServer } from 'node:net'

/** Leaves a Unix socket that nobody listens on, as a process does that was killed. */
export async function leaveSocket(path: string): Promise<void> {
  const server = createServer().listen(`${path}.own`)
  await once(server, 'listening')
  // The end of the server removes its own name alone.
  linkSync(`${path}.own`, path)
  await new Promise((resolve) => server.close(resolve))
}
