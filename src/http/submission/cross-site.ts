import type { Request, RequestHandler } from 'express'
import { Refused } from '../../core/answer.js'

/**
 * Refuses submissions that another site's page makes a visitor's browser send: they would guess passwords from
 * everybody's address. A neighbour below the same registrable domain is another site too, for on a hosting server
 * it belongs to another customer.
 */
export const refuseCrossSite: RequestHandler = (request, _response, next) => {
  next(isCrossSite(request) ? new Refused({ code: 'cross-site-request' }) : undefined)
}

/** Whether a browser says that another site made it send the request. Browsers send `Sec-Fetch-Site` over HTTPS and to loopback, `Origin` always; other programs send neither. */
export function isCrossSite(request: Request): boolean {
  const site = request.get('sec-fetch-site')
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const origin = request.get('origin')
  if (origin === undefined) return false
  return !URL.canParse(origin) || !isHostOf(new URL(origin), request.host)
}

/** Compares as URLs compare: without regard to case, and to a port that is the scheme's own. */
function isHostOf({ protocol, host }: URL, given: string): boolean {
  const asked = `${protocol}//${given}`
  return URL.canParse(asked) && new URL(asked).host === host
}
