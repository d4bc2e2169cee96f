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

/** Limits what a browser may do with our answers: nothing inline, nothing from other sites, no frames, no cache. */
export function createSecurityHeaders(): RequestHandler[] {
  return [
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: DIRECTIVES },
      xFrameOptions: { action: 'deny' },
      // Other sites get no referrer. `no-referrer` would make browsers send `Origin: null` with our own form too (Fetch standard,
      // "append a request Origin header"), so it would look like a form from another site.
      referrerPolicy: { policy: 'same-origin' },
      // Subdomains aren't ours to decide about.
      strictTransportSecurity: { maxAge: 180 * 24 * 60 * 60, includeSubDomains: false },
    }),
    function forbidCaching(_request, response, next) {
      response.setHeader('Cache-Control', 'no-store')
      next()
    },
  ]
}

/** For the page only: lets pages of these origins show it in a frame. */
export function createFraming(ancestors: readonly string[]): RequestHandler[] {
  if (ancestors.length === 0) return []
  const directives = { ...DIRECTIVES, frameAncestors: [...ancestors] }
  return [
    helmet.contentSecurityPolicy({ useDefaults: false, directives }),
    function permitFrames(_request, response, next) {
      // X-Frame-Options can't allow other origins (HTML standard, "The `X-Frame-Options` header").
      response.removeHeader('X-Frame-Options')
      next()
    },
  ]
}
