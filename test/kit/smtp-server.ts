import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { onTestFinished } from 'vitest'
import { sharedCertificate } from '../panel-simulator/server/certificate.js'
import { parseMessage } from './mail-text.js'

/** A message as it arrived. */
export interface ReceivedMessage {
  /** Of the envelope, as `to`: the server writes their domains in Unicode. */
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
  /** What clients logged in with: `name password`. */
  readonly logins: readonly string[]
  /** The senders that clients named, whatever came of it. */
  readonly senders: readonly string[]
  /** The names of the commands, in the order of arrival. */
  readonly commands: readonly string[]
  /** How the next recipients are answered, in order; those after them are taken. */
  readonly refusals: Error[]
  /** Holds the answers to messages back until the given function is called. */
  hold(): () => void
}

/** An answer with which a recipient is refused. */
export function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}

/** A mail server that takes mail under TLS alone. */
export const wantsTls: SMTPServerOptions = {
  onMailFrom: (_address, { secure }, callback) =>
    callback(secure ? null : refusal(530, '5.7.0 Must issue a STARTTLS command first')),
}

/** Starts a mail server that is gone when the test ends. */
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
      // A client that breaks off is its own business.
      if (text === undefined) return
      const message = parseMessage(text)
      await held
      const from = envelope.mailFrom ? envelope.mailFrom.address : ''
      messages.push({ ...message, from, to: envelope.rcptTo.map(({ address }) => address), overTls: secure })
      callback()
    },
    ...options,
  })
  // A client that breaks off is its own business.
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
