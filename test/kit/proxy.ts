import { createServer, type IncomingMessage, request } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Certificate } from '../panel-simulator/server/certificate.js'

/** What a proxy does to what it hands on; nothing by default, but for naming the sender. */
interface ProxyHabits {
  /** Whom it names as the sender: the connection's own address by default. */
  readonly names?: string
  /** Whether it names senders at all. */
  readonly silent?: boolean
  /** Taken off the beginning of the path. */
  readonly strips?: string
  /** Added to each answer's headers, in place of those of the same name. */
  readonly sets?: Readonly<Record<string, string>>
  /** Paths that it hands on; others it answers by 404. */
  readonly serves?: RegExp
  readonly certificate?: Certificate
}

/** A reverse proxy before the service, gone when the test ends; gives its origin. */
export async function startProxy(serviceUrl: string, habits: ProxyHabits = {}): Promise<string> {
  const { strips = '', sets = {}, serves = /^/, certificate, silent = false } = habits
  const forwardedFor = (incoming: IncomingMessage): Record<string, string> => {
    if (silent) return {}
    const sender = habits.names ?? incoming.socket.remoteAddress
    return { 'x-forwarded-for': [incoming.headers['x-forwarded-for'], sender].filter(Boolean).join(', ') }
  }
  const listener: Parameters<typeof createServer>[1] = (incoming, outgoing) => {
    const path = (incoming.url ?? '').replace(strips, '')
    if (!serves.test(incoming.url ?? '')) return void outgoing.writeHead(404).end('<h1>no such thing</h1>')
    const headers = { ...incoming.headers, ...forwardedFor(incoming) }
    const options = { method: incoming.method, headers }
    const handedOn = request(
      `${serviceUrl}${path.startsWith('/') ? path : `/${path}`}`,
      options,
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...sets })
        answer.pipe(outgoing)
      },
    )
    incoming.pipe(handedOn)
  }
  const server = certificate
    ? createTlsServer({ cert: certificate.certificate, key: certificate.key }, listener)
    : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `${certificate ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`
}
