import { readFileSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import type { FrontProxy } from './proxy-setup.js'

interface Visit {
  readonly host: string
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** The visitor's address, any in 127.0.0.0/8. */
  readonly from?: string
  /** Default: HTTPS. */
  readonly plain?: boolean
}

/** The answer that the visitor gets. */
export interface Visited {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Sends a request to a proxy under one of its names. The certificate must be valid. */
export async function visit(proxy: FrontProxy, { host, path, body, from, plain = false, ...more }: Visit) {
  const port = plain ? proxy.plainPort : proxy.port
  const options = {
    host: '127.0.0.1',
    port,
    path,
    method: more.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { host: `${host}:${port}`, ...more.headers },
    agent: false,
    ...(from && { localAddress: from }),
  }
  return await new Promise<Visited>((resolve, reject) => {
    const request = plain
      ? plainRequest(options)
      : tlsRequest({ ...options, servername: host, ca: readFileSync(proxy.caFile) })
    request.on('response', async (response) => {
      const { statusCode: status = 0, headers } = response
      resolve({ status, headers, body: await text(response) })
    })
    request.on('error', reject)
    request.end(body)
  })
}
