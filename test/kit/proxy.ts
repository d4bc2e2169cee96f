import { createServer, type IncomingMessage, request } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Certificate } from '../panel-simulator/server/certificate.js'

/** How a proxy changes what it forwards. By default, it only adds the sender. */
interface ProxyHabits {
  /** The sender it adds. Default: the address of the connection. */
  readonly names?: string
  /** Whether it adds no senders. */
  readonly silent?: boolean
  /** A prefix that it removes from the path. */
  readonly strips?: string
  /** Headers that it sets on each answer, replacing those with the same name. */
  readonly sets?: Readonly<Record<string, string>>
  /** The paths that it forwards. It answers others with 404. */
  readonly serves?: RegExp
  readonly certificate?: Certificate
}

/** Starts a reverse proxy in front of the service, and returns its origin. It is closed when the test ends. */
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
