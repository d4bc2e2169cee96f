import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { onTestFinished, vi } from 'vitest'
import { sharedCertificate } from '../panel-simulator/server/certificate.js'
import { parseMessage } from './mail-text.js'

/** A message as it arrived. */
export interface ReceivedMessage {
  /** The addresses of the envelope. The server writes their domains in Unicode. */
  readonly from: string
  readonly to: readonly string[]
  readonly overTls: boolean
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export interface SmtpServer {
  readonly port: number
  readonly messages: readonly ReceivedMessage[]
  /** The clients' logins: `name password`. */
  readonly logins: readonly string[]
  /** The senders that clients gave, even if the message failed. */
  readonly senders: readonly string[]
  /** The names of the commands, in order of arrival. */
  readonly commands: readonly string[]
  /** The answers to the next recipients, in order. Later ones are accepted. */
  readonly refusals: Error[]
  /** Delays the answers to messages until the returned function is called. */
  hold(): () => void
}

/** The messages to an address, once there are this many. */
export async function mailsTo(
  { messages }: SmtpServer,
  address: string,
  count = 1,
): Promise<ReceivedMessage[]> {
  const those = (): ReceivedMessage[] => messages.filter(({ to }) => to.includes(address))
  await vi.waitUntil(() => those().length >= count, { interval: 1, timeout: 5000 })
  return those()
}

/** An answer that refuses a recipient. */
export function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}

/** A mail server that accepts mail only under TLS. */
export const wantsTls: SMTPServerOptions = {
  onMailFrom: (_address, { secure }, callback) =>
    callback(secure ? null : refusal(530, '5.7.0 Must issue a STARTTLS command first')),
}

/** Starts a mail server, which is stopped when the test ends. */
export async function startSmtpServer(options: SMTPServerOptions = {}): Promise<SmtpServer> {
  const { certificate: cert, key } = await sharedCertificate()
  const messages: ReceivedMessage[] = []
  const logins: string[] = []
  const senders: string[] = []
  const commands: string[] = []
  const refusals: Error[] = []
  let held = Promise.resolve()
  const server = new SMTPServer({
    cert,
    key,
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 1,
    logger: {
      debug({ tnx, command }: { tnx?: string; command?: string }) {
        if (tnx === 'command' && command) commands.push(command)
      },
    },
    onAuth({ username, password }, _session, callback) {
      logins.push(`${username} ${password}`)
      callback(null, { user: username })
    },
    onMailFrom({ address }, _session, callback) {
      senders.push(address)
      callback()
    },
    onRcptTo: (_address, _session, callback) => callback(refusals.shift()),
    async onData(stream, { envelope, secure }, callback) {
      const text = await readText(stream).catch(() => undefined)
      // Ignore clients that disconnect.
      if (text === undefined) return
      const message = parseMessage(text)
      await held
      const from = envelope.mailFrom ? envelope.mailFrom.address : ''
      messages.push({ ...message, from, to: envelope.rcptTo.map(({ address }) => address), overTls: secure })
      callback()
    },
    ...options,
  })
  // Ignore clients that disconnect.
  server.on('error', () => undefined)
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.server.address() as AddressInfo).port,
    messages,
    logins,
    senders,
    commands,
    refusals,
    hold() {
      let release = (): void => undefined
      held = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
  }
}
