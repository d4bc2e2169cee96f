import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { atEnd } from './at-end.js'

/**
 * A relay between a proxy and Rekey that turns visitors from the loopback into visitors from elsewhere: `127.0.0.5` becomes
 * `203.0.113.5`. Tests can only visit from the loopback, and Rekey never accepts a forwarded loopback address.
 */
export async function startVisitorsFromElsewhere(serviceUrl: string): Promise<string> {
  const { hostname, port } = new URL(serviceUrl)
  const relay = createServer((incoming, outgoing) => {
    const headers = incoming.rawHeaders.map((text, index) =>
      incoming.rawHeaders[index - 1]?.toLowerCase() === 'x-forwarded-for' && index % 2 === 1
        ? text.replaceAll(/\b127\.0\.0\.(\d+)/g, '203.0.113.$1')
        : text,
    )
    const { method, url: path } = incoming
    const onward = request({ hostname, port, method, path, headers, setHost: false, agent: false })
    onward.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders)
      response.pipe(outgoing)
    })
    // As if nobody listened here.
    onward.on('error', () => incoming.socket.destroy())
    incoming.pipe(onward)
  })
  await once(relay.listen(0, '127.0.0.1'), 'listening')
  atEnd(() => {
    relay.closeAllConnections()
    relay.close()
  })
  return `http://127.0.0.1:${(relay.address() as AddressInfo).port}`
}
