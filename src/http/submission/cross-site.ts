import type { Request, RequestHandler } from 'express'
import { Refused } from '../../core/answer.js'

/**
 * Refuses submissions that another site's page makes a browser send. Otherwise such a page could guess passwords from all its
 * visitors' addresses. A host under the same registrable domain is another site too: on a hosting server, it belongs to another
 * customer.
 */
export const refuseCrossSite: RequestHandler = (request, _response, next) => {
  next(isCrossSite(request) ? new Refused({ code: 'cross-site-request' }) : undefined)
}

/**
 * Whether a browser says that another site caused the request. Browsers send `Sec-Fetch-Site` over HTTPS and to the loopback, and
 * `Origin` always. Other programs send neither.
 */
export function isCrossSite(request: Request): boolean {
  const site = request.get('sec-fetch-site')
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const origin = request.get('origin')
  if (origin === undefined) return false
  return !URL.canParse(origin) || !isHostOf(new URL(origin), request.host)
}

/** Compares hosts as URLs do: ignoring case, and the scheme's default port. */
function isHostOf({ protocol, host }: URL, given: string): boolean {
  const asked = `${protocol}//${given}`
  return URL.canParse(asked) && new URL(asked).host === host
}
