import type { Request, RequestHandler, Response } from 'express'
import type { AttemptContext } from '../core/attempt-context.js'
import type { Clock } from '../lib/clock.js'
import { parseClientAddress } from '../lib/ip-address.js'
import { cameFromProxyHere, forwardedAddress, lacksAddress } from './forwarded-address.js'
import { waitedMs } from './request-start.js'

/**
 * Gives every request its context.
 *
 * @param reportNoAddress called once, with the address of the first trusted proxy that forwarded a request without an address
 */
export function createRequestContext(
  clock: Clock,
  randomId: () => string,
  reportNoAddress: (proxy: string) => void,
): RequestHandler {
  let isReported = false

  return function addContext(request, response, next) {
    const arrivedMs = clock.now()
    const start = cameFromProxyHere(request) ? request.get('x-request-start') : undefined
    const context: AttemptContext = {
      requestId: randomId(),
      arrivedMs,
      startedMs: arrivedMs - waitedMs(start, Date.now()),
      clientAddress: clientAddressOf(request),
      commands: [],
      awaitsLog: false,
    }
    response.locals.context = context
    if (!isReported && lacksAddress(request)) {
      isReported = true
      reportNoAddress(context.clientAddress)
    }
    next()
  }
}

export function contextOf(response: Response): AttemptContext {
  return response.locals.context as AttemptContext
}

/**
 * The address that trusted proxies forwarded (Express's `trust proxy`), otherwise the address of the connection. A closed
 * connection has none.
 */
function clientAddressOf(request: Request): string {
  return forwardedAddress(request) ?? parseClientAddress(request.socket.remoteAddress ?? '') ?? '0.0.0.0'
}
