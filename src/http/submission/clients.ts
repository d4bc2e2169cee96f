import { createHash, timingSafeEqual } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { Refused } from '../../core/answer.js'
import type { Secret } from '../../lib/secret.js'
import { contextOf } from '../request-context.js'

/** A program that may say whose address it calls for. */
export interface Client {
  /** As it stands in the log. */
  readonly name: string
  readonly token: Secret
}

/** Tells clients apart by the token that they bear (RFC 6750 section 2.1). */
export interface ClientCheck {
  /** Puts the client's name into the request's context, if it bears a client's token. */
  readonly identify: RequestHandler
  /** Refuses those that bear a token which is nobody's. */
  readonly refuseInvalidTokens: RequestHandler
}

export function createClientCheck(clients: readonly Client[]): ClientCheck {
  const known = clients.map(({ name, token }) => ({ name, digest: digestOf(token.reveal()) }))

  /** Compares with every token, each in constant time: neither which one it is nor how much of it is right shows. */
  function nameOf(token: string): string | undefined {
    const digest = digestOf(token)
    return known.filter((client) => timingSafeEqual(client.digest, digest))[0]?.name
  }

  return {
    identify(request, response, next) {
      const token = tokenIn(request.get('authorization'))
      const name = token === undefined ? undefined : nameOf(token)
      if (name !== undefined) contextOf(response).client = name
      next()
    },

    refuseInvalidTokens(request, response, next) {
      const isInvalid = bearsToken(request) && contextOf(response).client === undefined
      next(isInvalid ? new Refused({ code: 'invalid-token' }) : undefined)
    },
  }
}

/** Whether the request has a token, be it a client's or nobody's. */
export function bearsToken(request: Request): boolean {
  return tokenIn(request.get('authorization')) !== undefined
}

/** Credentials of another scheme are not ours: a proxy in front may ask for some of its own. */
function tokenIn(authorization = ''): string | undefined {
  const bearer = /^bearer(?:\s+(.*))?$/i.exec(authorization)
  return bearer ? (bearer[1] ?? '') : undefined
}

/** Digests are of one length, as the comparison needs. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
