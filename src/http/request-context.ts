import type { Request, RequestHandler, Response } from 'express'
import type { Mode } from '../core/attempt.js'
import { parseClientAddress } from '../core/client-address.js'
import type { Clock } from '../core/clock.js'
import type { CommandRecord } from '../core/panel-port.js'

/** What is known of a request while it is answered. */
export interface RequestContext {
  readonly requestId: string
  /** By the service's clock. */
  readonly arrivedMs: number
  /** The person's, in the form of `parseClientAddress`. */
  clientAddress: string
  /** The name of the client that calls on the person's behalf. */
  client?: string
  readonly commands: CommandRecord[]
  /** Whether this is an attempt that has left no line in the log yet. */
  awaitsLog: boolean
  /** Filled in when the submission was read. */
  mode?: Mode
  mailbox?: string
  account?: string
}

/** Gives every request its context. */
export function createRequestContext(clock: Clock, randomId: () => string): RequestHandler {
  return function addContext(request, response, next) {
    const context: RequestContext = {
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

export function contextOf(response: Response): RequestContext {
  return response.locals.context as RequestContext
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
