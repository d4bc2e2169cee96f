import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { onTestFinished } from 'vitest'

/** Returns the reply to a command in wire format, such as `+OK`, or undefined for no reply. */
export type ReplyTo = (command: string, ...args: string[]) => string | undefined

export interface RedisReplies {
  readonly port: number
  /** How many there were. */
  connections(): number
  /** How many are open. */
  open(): number
}

/** Starts a server for Redis's protocol (RESP2), which is closed when the test ends. */
export async function startRedisReplies(replyTo: ReplyTo): Promise<RedisReplies> {
  let connections = 0
  let open = 0
  const server = createServer((socket) => {
    connections += 1
    open += 1
    socket.once('close', () => {
      open -= 1
    })
    let unread = ''
    socket.setEncoding('latin1').on('error', () => undefined)
    socket.on('data', (text: string) => {
      const { commands, rest } = readCommands(unread + text)
      unread = rest
      for (const [name = '', ...args] of commands) {
        const reply = replyTo(name.toLowerCase(), ...args)
        if (reply !== undefined) socket.write(`${reply}\r\n`)
      }
    })
    onTestFinished(() => void socket.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, connections: () => connections, open: () => open }
}

/** Each command is an array of strings, sent with its length and theirs. */
function readCommands(text: string): { commands: string[][]; rest: string } {
  const commands: string[][] = []
  let rest = text
  for (;;) {
    const [head = '', count] = /^\*(\d+)\r\n/.exec(rest) ?? []
    if (count === undefined) return { commands, rest }
    let at = head.length
    const parts: string[] = []
    while (parts.length < Number(count)) {
      const [size = '', length] = /^\$(\d+)\r\n/.exec(rest.slice(at)) ?? []
      const end = at + size.length + Number(length)
      if (length === undefined || rest.length < end + 2) return { commands, rest }
      parts.push(rest.slice(at + size.length, end))
      at = end + 2
    }
    commands.push(parts)
    rest = rest.slice(at)
  }
}
