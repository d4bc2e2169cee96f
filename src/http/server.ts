import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { Duplex } from 'node:stream'

/** How long a client may take to send its headers, and its whole request. */
const PATIENCE = { headersTimeoutMs: 10_000, requestTimeoutMs: 30_000, checkIntervalMs: 1000 }

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** An HTTP server that waits for no client for ever, and answers what is no HTTP. */
export function createHttpServer(listener: RequestListener, patience = PATIENCE): Server {
  const latest = new WeakMap<Duplex, Exchange>()

  const serve: RequestListener = (request, response) => {
    latest.set(request.socket, { request, response })
    // Express would answer a target that is no path and no address, such as `http://[x`, past all of our handlers.
    const { url = '' } = request
    if (url.startsWith('/') || URL.canParse(url)) listener(request, response)
    else refuse(request.socket, 400)
  }

  const server = createServer(
    {
      headersTimeout: patience.headersTimeoutMs,
      requestTimeout: patience.requestTimeoutMs,
      connectionsCheckingInterval: patience.checkIntervalMs,
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
  // What came after a whole request is no HTTP; the answer to that request must be its own.
  if (request?.complete && !response?.writableFinished) {
    response?.once('finish', () => socket.destroy())
    return
  }
  // A request that was refused before it had been read has its answer.
  if (request?.complete === false && response?.headersSent) return void socket.destroy()
  refuse(socket, statusOfClientError(error.code))
}

/** Answers in our form and lets go, also of a client that keeps its own half of the connection open. */
function refuse(socket: Duplex, status: number): void {
  const title = STATUS_CODES[status] ?? 'Bad Request'
  const detail = 'This was no request that can be read. Nothing was changed.'
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
