import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { atEnd } from './at-end.js'

/** A proxy between browser and service that can spoil the answers to POST requests. */
export interface SpoilingProxy {
  readonly url: string
  /** `broken`: the connection ends without an answer. `own-page`: 502 with the proxy's own page. */
  spoil: 'nothing' | 'broken' | 'own-page'
}

/** Starts the proxy. An answer is spoilt only after the service has sent it. */
export async function startProxy(target: string): Promise<SpoilingProxy> {
  const server = createServer(handOn)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  const proxy: SpoilingProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spoil: 'nothing',
  }

  function handOn(incoming: IncomingMessage, response: ServerResponse): void {
    const { method = '', url, headers } = incoming
    const outgoing = request(`${target}${url}`, { method, headers }, (answer) => {
      const spoil = method === 'POST' ? proxy.spoil : 'nothing'
      if (spoil === 'nothing') {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
        return
      }
      answer.resume().once('end', () => {
        if (spoil === 'broken') response.destroy()
        else response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>502 Bad Gateway</h1>')
      })
    })
    incoming.pipe(outgoing)
  }
  return proxy
}
