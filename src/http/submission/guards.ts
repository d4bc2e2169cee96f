import type { Request, RequestHandler } from 'express'
import { parseClientAddress } from '../../lib/ip-address.js'
import { contextOf } from '../request-context.js'
import type { ClientCheck } from './clients.js'
import { refuseCrossSite } from './cross-site.js'
import { readForm, readJson } from './read-body.js'

/** The guards that a submission must pass, in order, for each kind of sender. They also read its body. */
export interface Guards {
  /** For browsers. */
  readonly page: readonly RequestHandler[]
  /** For programs that send JSON. */
  readonly api: readonly RequestHandler[]
  /** For webmail servers, which send everybody's requests from one address. */
  readonly webmail: readonly RequestHandler[]
}

/** @param addressLimit counts the address in the request's context */
export function createGuards(
  addressLimit: readonly RequestHandler[],
  { identify, refuseInvalidTokens }: ClientCheck,
  refuseOtherHosts: RequestHandler,
): Guards {
  return {
    page: [refuseCrossSite, ...addressLimit, ...readForm],
    api: [
      refuseCrossSite,
      identify,
      // For a client, the address to count is in the body.
      ...addressLimit.map(unlessClient),
      refuseInvalidTokens,
      ...readJson,
      forClient(takeClientAddress),
      ...addressLimit.map(forClient),
    ],
    webmail: [refuseCrossSite, refuseOtherHosts, ...readForm],
  }
}

function forClient(handler: RequestHandler): RequestHandler {
  return (request, response, next) =>
    contextOf(response).client === undefined ? next() : handler(request, response, next)
}

function unlessClient(handler: RequestHandler): RequestHandler {
  return (request, response, next) =>
    contextOf(response).client === undefined ? handler(request, response, next) : next()
}

/**
 * From here on, the request counts for the person. If the value isn't an address, the client's own stays, and the request is
 * refused later.
 */
const takeClientAddress: RequestHandler = (request, response, next) => {
  const context = contextOf(response)
  context.clientAddress = givenAddress(request) ?? context.clientAddress
  next()
}

function givenAddress({ body }: Request): string | undefined {
  const given: unknown = body?.clientAddress
  return typeof given === 'string' ? parseClientAddress(given) : undefined
}
