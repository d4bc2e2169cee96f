import { once } from 'node:events'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** When a fault happens: at the connection, at a command, or when the server has the credentials. */
export type MailStage =
  | 'connection'
  | 'greeting'
  | 'handshake'
  | 'ID'
  | 'STARTTLS'
  | 'AUTHENTICATE'
  | 'credentials'
  | 'NAMESPACE'
  | 'LOGOUT'

/** What the server does instead of answering. `TAG` in the text stands for the tag. */
export type MailFault = 'hang' | 'close' | 'reset' | { readonly says: string; readonly closes?: boolean }

/** A login that the server received. */
export interface SeenLogin {
  readonly address: string
  readonly password: string
  readonly overTls: boolean
  /** The person's address, if the client sent it. */
  readonly clientAddress: string | undefined
}

/** What the server offers in a session, and the functions it calls. */
export interface MailSessionParts {
  readonly capabilities: string
  readonly startTls: boolean
  readonly faults: ReadonlyMap<string, MailFault>
  readonly commands: string[]
  readonly introductions: string[]
  readonly secure: (socket: Socket) => TLSSocket
  readonly reset: () => void
  /** Called when the client has to wait for something that never comes. */
  readonly keepSilent: () => void
  readonly accepts: (login: SeenLogin) => Promise<boolean>
}

const ORIGIN = /"x-originating-ip" "([^"]*)"/i
const QUOTED = /"((?:[^"\\]|\\.)*)"/gs

/** Greets, then speaks as much of RFC 9051 as a login needs. */
export function runMailSession(first: Socket, parts: MailSessionParts): void {
  const { faults, commands } = parts
  let clientAddress: string | undefined

  /** Sends the text, unless there is a fault. Returns whether the session continues. */
  function say(socket: Socket, stage: string, tag: string, text: string): boolean {
    const fault = faults.get(stage)
    if (fault === undefined) socket.write(text)
    else if (fault === 'close') socket.end()
    else if (fault === 'reset') parts.reset()
    else {
      if (fault !== 'hang') socket.write(`${fault.says.replaceAll('TAG', tag)}\r\n`)
      if (fault !== 'hang' && fault.closes) socket.end()
      else parts.keepSilent()
    }
    return fault === undefined
  }

  function offered(socket: Socket): string {
    const startTls = parts.startTls && !(socket instanceof TLSSocket) ? ' STARTTLS' : ''
    return `CAPABILITY IMAP4rev1 ID NAMESPACE${startTls} ${parts.capabilities}`.trim()
  }

  async function decide(socket: Socket, tag: string, address = '', password = ''): Promise<void> {
    const overTls = socket instanceof TLSSocket
    const accepted = await parts.accepts({ address, password, overTls, clientAddress })
    const verdict = accepted ? 'OK Welcome.' : 'NO [AUTHENTICATIONFAILED] No.'
    say(socket, 'credentials', tag, `${tag} ${verdict}\r\n`)
  }

  async function converse(socket: Socket): Promise<void> {
    const nextLine = lineReader(socket)
    const untagged: Record<string, string> = {
      CAPABILITY: `* ${offered(socket)}\r\n`,
      ID: '* ID NIL\r\n',
      NAMESPACE: '* NAMESPACE (("" "/")) NIL NIL\r\n',
      LOGOUT: '* BYE Bye.\r\n',
      STARTTLS: '',
    }
    for (let line = await nextLine(); line !== ''; line = await nextLine()) {
      const [tag = '', name = ''] = line.toUpperCase().split(' ')
      commands.push(name)
      if (name === 'ID') {
        parts.introductions.push(line.slice(tag.length + 1))
        clientAddress = ORIGIN.exec(line)?.[1]
      }
      if (name === 'LOGIN') {
        const [address, password] = [...line.matchAll(QUOTED)].map(([, text]) =>
          text?.replaceAll(/\\(.)/gs, '$1'),
        )
        await decide(socket, tag, address, password)
      } else if (name === 'AUTHENTICATE') {
        if (!say(socket, name, tag, '+ \r\n')) continue
        const [, address, password] = Buffer.from(await nextLine(), 'base64')
          .toString()
          .split('\0')
        await decide(socket, tag, address, password)
      } else {
        const known = untagged[name]
        const done = say(
          socket,
          name,
          tag,
          known === undefined ? `${tag} BAD What?\r\n` : `${known}${tag} OK Done.\r\n`,
        )
        if (done && name === 'LOGOUT') socket.end()
        if (done && name === 'STARTTLS') {
          if (!faults.has('handshake')) return await converse(parts.secure(socket))
          parts.keepSilent()
        }
      }
    }
  }

  say(first, 'greeting', '*', `* OK [${offered(first)}] Ready.\r\n`)
  void converse(first)
}

/** Reads one line at a time, without its end. Returns an empty one when the connection has ended. */
function lineReader(socket: Socket): () => Promise<string> {
  let text = ''
  return async function nextLine() {
    while (!text.includes('\r\n')) {
      const chunk: Buffer | null = socket.read()
      if (chunk) text += chunk.toString('latin1')
      else if (socket.readableEnded || socket.destroyed) return ''
      else await eitherOf(socket, 'readable', 'close')
    }
    const end = text.indexOf('\r\n')
    const line = text.slice(0, end)
    text = text.slice(end + 2)
    return Buffer.from(line, 'latin1').toString()
  }
}

async function eitherOf(socket: Socket, ...events: string[]): Promise<void> {
  const stop = new AbortController()
  await Promise.race(events.map((event) => once(socket, event, stop))).catch(() => undefined)
  stop.abort()
}
