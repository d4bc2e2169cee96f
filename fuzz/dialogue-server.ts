import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** How long a client waits if it expects more than the server says. */
const SILENCE_MS = 20

/** A local server that follows a script: it says one piece at the start, and one after each line it receives. */
export interface DialogueServer {
  readonly port: number
  /** Sets the script of the next connection. */
  prepare(says: readonly string[]): void
  /** What both sides said on the latest connection, in order. Received lines begin with `> `. */
  heard(): readonly string[]
}

/** @param path a socket to listen on instead of a port */
export async function startDialogueServer(path?: string): Promise<DialogueServer> {
  let says: readonly string[] = []
  let heard: string[] = []
  const server = createServer((socket) => converse(socket, [...says], heard))
  server.listen(path === undefined ? { port: 0, host: '127.0.0.1' } : { path })
  await once(server, 'listening')
  return {
    port: path === undefined ? (server.address() as AddressInfo).port : 0,
    prepare(next: readonly string[]) {
      says = next
      heard = []
    },
    heard: () => heard,
  }
}

function converse(socket: Socket, left: string[], heard: string[]): void {
  let text = ''
  let inMessage = false
  const speak = (): void => {
    const next = left.shift()
    if (next === undefined) return void socket.end()
    heard.push(next)
    inMessage = next.startsWith('354')
    socket.write(Buffer.from(next, 'latin1'))
  }
  socket.on('error', () => socket.destroy())
  socket.setTimeout(SILENCE_MS, () => socket.resetAndDestroy())
  socket.setNoDelay(true)
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n')) {
      const line = text.slice(0, end).trimEnd()
      text = text.slice(end + 1)
      heard.push(`> ${line}`)
      // The text of a mail ends with a dot (RFC 5321, section 4.1.1.4).
      if (!inMessage || line === '.') speak()
    }
  })
  socket.on('end', () => socket.destroy())
  speak()
}
