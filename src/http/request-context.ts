import type { Request, RequestHandler, Response } from 'express'
import type { AttemptContext } from '../core/attempt-context.js'
import type { Clock } from '../lib/clock.js'
import { parseClientAddress } from '../lib/ip-address.js'

/** Gives every request its context. */
export function createRequestContext(clock: Clock, randomId: () => string): RequestHandler {
  return function addContext(request, response, next) {
    const context: AttemptContext = {
      requestId: randomId(),
      arrivedMs: clock.now(),
      clientAddress: clientAddressOf(request),
      commands: [],
      awaitsLog: false,
    }
    response.locals.context = context
    next()
  }
}

export function contextOf(response: Response): AttemptContext {
  return response.locals.context as AttemptContext
}

/**
 * The person's address, from trusted proxies only (Express's `trust proxy`). Where a proxy hands on what is no
 * address, it is the proxy's own; a connection that has gone has none.
 */
function clientAddressOf(request: Request): string {
  return (
    parseClientAddress(request.ip ?? '') ??
    parseClientAddress(request.socket.remoteAddress ?? '') ??
    '0.0.0.0'
  )
}
