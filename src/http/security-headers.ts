import type { RequestHandler } from 'express'
import helmet from 'helmet'

const DIRECTIVES = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  workerSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  connectSrc: ["'self'"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
}

/** What a browser may do with our answers: nothing inline, nothing from elsewhere, no frame, no cache. */
export function createSecurityHeaders(): RequestHandler[] {
  return [
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: DIRECTIVES },
      xFrameOptions: { action: 'deny' },
      // Nothing is told to other sites. `no-referrer` would make browsers send `Origin: null` with our own form too
      // (Fetch standard, "append a request Origin header"), and it could not be told from a stranger's.
      referrerPolicy: { policy: 'same-origin' },
      // The host's other names are not ours to rule on.
      strictTransportSecurity: { maxAge: 180 * 24 * 60 * 60, includeSubDomains: false },
    }),
    function forbidCaching(_request, response, next) {
      response.setHeader('Cache-Control', 'no-store')
      next()
    },
  ]
}

/** For the page alone: pages of these origins, if there are any, may show it in a frame. */
export function createFraming(ancestors: readonly string[]): RequestHandler[] {
  if (ancestors.length === 0) return []
  const directives = { ...DIRECTIVES, frameAncestors: [...ancestors] }
  return [
    helmet.contentSecurityPolicy({ useDefaults: false, directives }),
    function permitFrames(_request, response, next) {
      // It knows no origins but our own (HTML standard, "The `X-Frame-Options` header").
      response.removeHeader('X-Frame-Options')
      next()
    },
  ]
}
