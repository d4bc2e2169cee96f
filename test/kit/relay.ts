import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A relay between clients and a local server, like a network that can fail. */
export interface Relay {
  readonly port: number
  /** Sends new connections to another port. Existing ones stay. */
  forwardTo(port: number): void
  /** Breaks all connections and refuses new ones. */
  cut(): void
  /** Forwards nothing any more, but breaks nothing. What arrives is forwarded after `heal`. */
  silence(): void
  heal(): void
  /** Goes silent just before it forwards a text for the nth time from now. Resolves when it has. */
  silenceAt(text: string, nth: number): Promise<void>
  close(): void
}

interface Trap {
  readonly text: string
  left: number
  spring(): void
}

export async function startRelay(port: number): Promise<Relay> {
  const sockets = new Set<Socket>()
  let target = port
  let state: 'open' | 'cut' | 'silent' = 'open'
  let trap: Trap | undefined

  /** Forwards data and the end of one socket to the other. */
  function join(socket: Socket, other: Socket): void {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      other.destroy()
    })
    socket.on('data', (bytes) => {
      if (trap && bytes.includes(trap.text) && --trap.left === 0) {
        silence()
        trap.spring()
        trap = undefined
      }
      if (state === 'silent') socket.unshift(bytes)
      else other.write(bytes)
    })
    if (state === 'silent') socket.pause()
  }

  function silence(): void {
    state = 'silent'
    for (const socket of sockets) socket.pause()
  }

  const server = createServer((socket) => {
    if (state === 'cut') {
      socket.resetAndDestroy()
      return
    }
    const onward = connect(target, '127.0.0.1')
    join(socket, onward)
    join(onward, socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    forwardTo(other) {
      target = other
    },
    cut() {
      state = 'cut'
      for (const socket of sockets) socket.resetAndDestroy()
    },
    silence,
    heal() {
      state = 'open'
      for (const socket of sockets) socket.resume()
    },
    silenceAt: (text, nth) =>
      new Promise<void>((resolve) => {
        trap = { text, left: nth, spring: resolve }
      }),
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
