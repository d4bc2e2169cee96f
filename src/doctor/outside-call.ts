import { type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import type { Unreached } from './reach.js'

/** A response that came through the proxies. */
export interface OutsideAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The two addresses of the connection. */
  readonly localAddress: string
  readonly remoteAddress: string
}

/** Sends a GET request, and follows no redirects. */
export type CallOutside = (
  url: URL,
  headers?: Readonly<Record<string, string>>,
) => Promise<OutsideAnswer | Unreached>

/** The page has 5 KB. Another server's page needn't be read whole. */
const MAX_BODY_BYTES = 64 * 1024

/** @param timeoutMs for each call, including the connection */
export function createOutsideCall(timeoutMs: number): CallOutside {
  return function callOutside(url, headers = {}) {
    return new Promise((resolve) => {
      const fail = (error: NodeJS.ErrnoException): void => resolve({ failure: error.code ?? 'unknown' })
      const late = AbortSignal.timeout(timeoutMs)
      // Without an agent, each call has its own connection, so the addresses belong to the call.
      const options = { agent: false as const, headers, signal: late, rejectUnauthorized: true }
      const request = url.protocol === 'https:' ? requestTls : requestPlain
      request(url, options, (response) => void read(response).then(resolve, fail))
        .on('error', (error) => fail(late.aborted ? { ...error, code: 'ETIMEDOUT' } : error))
        .end()
    })
  }
}

async function read(response: IncomingMessage): Promise<OutsideAnswer> {
  const { localAddress = '', remoteAddress = '' } = response.socket
  let body = ''
  for await (const chunk of response.setEncoding('utf8')) {
    body += chunk
    if (body.length > MAX_BODY_BYTES) break
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body, localAddress, remoteAddress }
}
