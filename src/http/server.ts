import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { Duplex } from 'node:stream'

/** Time limits for a client to send its headers, and its whole request. */
const TIMEOUTS = { headersTimeoutMs: 10_000, requestTimeoutMs: 30_000, checkIntervalMs: 1000 }

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** An HTTP server with a time limit for every client. It also answers input that isn't HTTP. */
export function createHttpServer(listener: RequestListener, timeouts = TIMEOUTS): Server {
  const latest = new WeakMap<Duplex, Exchange>()

  const serve: RequestListener = (request, response) => {
    latest.set(request.socket, { request, response })
    // Express would bypass our handlers for a target that is neither a path nor a URL, such as `http://[x`.
    const { url = '' } = request
    if (url.startsWith('/') || URL.canParse(url)) listener(request, response)
    else refuse(request.socket, 400)
  }

  const server = createServer(
    {
      headersTimeout: timeouts.headersTimeoutMs,
      requestTimeout: timeouts.requestTimeoutMs,
      connectionsCheckingInterval: timeouts.checkIntervalMs,
    },
    serve,
  )
  return server
    .on('checkExpectation', serve)
    .on('connect', (_request, socket: Duplex) => refuse(socket, 405))
    .on('clientError', (error, socket) => answerClientError(error, socket, latest.get(socket)))
}

function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  exchange: Exchange | undefined,
): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const { request, response } = exchange ?? {}
  // The invalid input followed a complete request, which must get its own answer.
  if (request?.complete && !response?.writableFinished) {
    response?.once('finish', () => socket.destroy())
    return
  }
  // The request was answered before it had been read completely.
  if (request?.complete === false && response?.headersSent) return void socket.destroy()
  refuse(socket, statusOfClientError(error.code))
}

/** Sends a problem and closes the connection, even if the client keeps its side open. */
function refuse(socket: Duplex, status: number): void {
  const title = STATUS_CODES[status] ?? 'Bad Request'
  const detail = 'The request can’t be read. Nothing was changed.'
  const body = JSON.stringify({ type: 'about:blank', title, detail, status, code: 'invalid-request' })
  const headers = [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    ...(status === 405 ? ['Allow: GET, HEAD, POST'] : []),
    'Connection: close',
  ]
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}

function statusOfClientError(code: string | undefined): number {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
}
