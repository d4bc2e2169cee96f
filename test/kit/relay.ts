import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Stands between clients and a server on this host, as a network does that may fail. */
export interface Relay {
  readonly port: number
  /** Hands new connections on to another port; those that there are stay where they are. */
  forwardTo(port: number): void
  /** Breaks all connections, and refuses new ones. */
  cut(): void
  /** Hands nothing on any more, and breaks nothing; what comes is handed on after `heal`. */
  silence(): void
  /** Hands everything on again. */
  heal(): void
  /** Falls silent before it hands a text on for the nth time from now; resolves when it has. */
  silenceAt(text: string, nth: number): Promise<void>
  /** Breaks all connections for good. */
  close(): void
}

interface Trap {
  readonly text: string
  left: number
  spring(): void
}

/** @param port of the server */
export async function startRelay(port: number): Promise<Relay> {
  const sockets = new Set<Socket>()
  let target = port
  let state: 'open' | 'cut' | 'silent' = 'open'
  let trap: Trap | undefined

  /** What `socket` sends goes to `other`, and its end is the other's. */
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
