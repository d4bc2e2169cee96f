import { type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import type { Unreached } from './reach.js'

/** An answer that came through the proxies. */
export interface OutsideAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The connection by which it came: our own address on it, and the one called. */
  readonly localAddress: string
  readonly remoteAddress: string
}

/** Calls by GET, following no redirect. */
export type CallOutside = (
  url: URL,
  headers?: Readonly<Record<string, string>>,
) => Promise<OutsideAnswer | Unreached>

/** The page has 5 KB; a stranger's need not be read whole. */
const MAX_BODY_BYTES = 64 * 1024

/** @param timeoutMs for each call, connecting included */
export function createOutsideCall(timeoutMs: number): CallOutside {
  return function callOutside(url, headers = {}) {
    return new Promise((resolve) => {
      const fail = (error: NodeJS.ErrnoException): void => resolve({ failure: error.code ?? 'unknown' })
      const late = AbortSignal.timeout(timeoutMs)
      // Each call has a connection of its own, whose addresses are those of the call.
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
