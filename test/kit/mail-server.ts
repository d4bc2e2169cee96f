import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { type Certificate, sharedCertificate } from '../panel-simulator/server/certificate.js'
import { type MailFault, type MailStage, runMailSession, type SeenLogin } from './mail-session.js'

export type { MailFault, MailStage }

export interface MailServerOptions {
  /** Default: `implicit`, TLS from the start. */
  readonly tls?: 'implicit' | 'starttls' | 'none'
  /** Default: one that all simulators of the process share. */
  readonly certificate?: Certificate
  /** Passwords by address. Default: info@example.org with `info mail pw`. */
  readonly mailboxes?: Readonly<Record<string, string>>
  /** Checks logins instead of `mailboxes`. */
  readonly accepts?: (address: string, password: string) => Promise<boolean>
  /** Additional capabilities. Default: `AUTH=PLAIN`. LOGIN is always accepted. */
  readonly capabilities?: string
  /** Default: `127.0.0.1`. */
  readonly host?: string
}

/** A small IMAP server. */
export interface MailServer {
  /** `imaps:` or `imap:`, without a path. */
  readonly url: URL
  readonly certificate: Certificate
  readonly logins: SeenLogin[]
  /** The names of the commands, in order of arrival. */
  readonly commands: string[]
  /** The clients' ID commands (RFC 2971), without the tags. */
  readonly introductions: string[]
  /** Faults that apply until they are removed. */
  readonly faults: Map<MailStage, MailFault>
  /** How many connections there were. */
  readonly connections: number
  readonly openConnections: number
  /** How often a fault kept a client waiting. */
  readonly silences: number
  /** Stops the server and breaks all connections. */
  close(): Promise<void>
}

export async function startMailServer({
  tls = 'implicit',
  certificate,
  mailboxes = { 'info@example.org': 'info mail pw' },
  accepts = async (address, password) => mailboxes[address] === password,
  capabilities = 'AUTH=PLAIN',
  host = '127.0.0.1',
}: MailServerOptions = {}): Promise<MailServer> {
  const served = certificate ?? (await sharedCertificate())
  const logins: SeenLogin[] = []
  const commands: string[] = []
  const introductions: string[] = []
  const faults: MailServer['faults'] = new Map()
  const open = new Set<Socket>()
  let connections = 0
  let silences = 0

  function secure(socket: Socket): TLSSocket {
    const secured = new TLSSocket(socket, { isServer: true, cert: served.certificate, key: served.key })
    // Otherwise, a peer that gave up during the handshake would leave the lower socket half open.
    return secured.on('error', () => secured.destroy()).on('end', () => socket.destroy())
  }

  const server = createServer((socket) => {
    connections += 1
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy())
    const keepSilent = (): void => {
      silences += 1
    }
    if (faults.has('connection')) {
      keepSilent()
      return void socket.resume()
    }
    runMailSession(tls === 'implicit' ? secure(socket) : socket, {
      capabilities,
      startTls: tls === 'starttls',
      faults,
      commands,
      introductions,
      secure,
      keepSilent,
      // Resets the lower connection, even under TLS.
      reset: () => void socket.resetAndDestroy(),
      async accepts(login) {
        logins.push(login)
        return await accepts(login.address, login.password)
      },
    })
  })
  await once(server.listen(0, host), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: new URL(
      `${tls === 'implicit' ? 'imaps' : 'imap'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ),
    certificate: served,
    logins,
    commands,
    introductions,
    faults,
    get connections() {
      return connections
    },
    get openConnections() {
      return open.size
    },
    get silences() {
      return silences
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
