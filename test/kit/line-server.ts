import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { onTestFinished } from 'vitest'

/** Starts a server that answers every Redis command with one line, or accepts no connections. Returns its port on 127.0.0.1. */
export async function startLine(line: string | undefined): Promise<number> {
  const server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', (chunk) => {
        // Several commands can arrive at once.
        const commands = chunk.toString().match(/^\*\d+\r$/gm) ?? []
        socket.write(`${line}\r\n`.repeat(commands.length))
      })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  if (line === undefined) server.close()
  onTestFinished(() => void server.close())
  return port
}
