import type { Request, RequestHandler } from 'express'
import { parseClientAddress } from '../../lib/ip-address.js'
import { contextOf } from '../request-context.js'
import type { ClientCheck } from './clients.js'
import { refuseCrossSite } from './cross-site.js'
import { readForm, readJson } from './read-body.js'

/** What a submission must pass, in order, until its body has been read: by who sends it. */
export interface Guards {
  /** A person's browser. */
  readonly page: readonly RequestHandler[]
  /** A program that speaks JSON. */
  readonly api: readonly RequestHandler[]
  /** A webmail server that speaks for all of its people from one address. */
  readonly webmail: readonly RequestHandler[]
}

/** @param addressLimit counts by the address in the request's context */
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
      // A client's body says whom to count.
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

/** From here on the request is the person's. What is no address stays the client's own and is refused later. */
const takeClientAddress: RequestHandler = (request, response, next) => {
  const context = contextOf(response)
  context.clientAddress = givenAddress(request) ?? context.clientAddress
  next()
}

function givenAddress({ body }: Request): string | undefined {
  const given: unknown = body?.clientAddress
  return typeof given === 'string' ? parseClientAddress(given) : undefined
}
