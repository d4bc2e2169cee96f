import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** How long a client that waits for more than the server says is kept waiting. */
const SILENCE_MS = 20

/** A server on this host that says what it is told, one piece at first and one after each line that comes. */
export interface DialogueServer {
  readonly port: number
  /** Sets what is said on the next connection. */
  prepare(says: readonly string[]): void
  /** What was said on the latest connection, and the lines that came, which begin with `> `: in their order. */
  heard(): readonly string[]
}

/** @param path of a socket, in place of a port */
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
      // The text of a mail ends with a dot (RFC 5321 section 4.1.1.4).
      if (!inMessage || line === '.') speak()
    }
  })
  socket.on('end', () => socket.destroy())
  speak()
}
