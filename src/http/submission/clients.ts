import { createHash, timingSafeEqual } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { Refused } from '../../core/answer.js'
import type { Secret } from '../../lib/secret.js'
import { contextOf } from '../request-context.js'

/** A client, which may give the address of the person it calls for. */
export interface Client {
  /** Its name in the log. */
  readonly name: string
  readonly token: Secret
}

/** Identifies clients by their bearer token (RFC 6750, section 2.1). */
export interface ClientCheck {
  /** Sets the client's name in the request's context, if it has a valid token. */
  readonly identify: RequestHandler
  /** Refuses requests with an invalid token. */
  readonly refuseInvalidTokens: RequestHandler
}

export function createClientCheck(clients: readonly Client[]): ClientCheck {
  const known = clients.map(({ name, token }) => ({ name, digest: digestOf(token.reveal()) }))

  /** Compares with every token in constant time, to reveal neither which one matched nor how much of it. */
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

/** Whether the request has a bearer token, valid or not. */
export function bearsToken(request: Request): boolean {
  return tokenIn(request.get('authorization')) !== undefined
}

/** Ignores other schemes, because a proxy in front may have its own authentication. */
function tokenIn(authorization = ''): string | undefined {
  const bearer = /^bearer(?:\s+(.*))?$/i.exec(authorization)
  return bearer ? (bearer[1] ?? '') : undefined
}

/** Digests have the same length, which the comparison needs. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
