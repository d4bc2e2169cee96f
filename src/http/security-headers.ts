import type { RequestHandler } from 'express'
import helmet from 'helmet'

/** What a browser may do with our answers: nothing inline, nothing from elsewhere, no frame, no cache. */
export function createSecurityHeaders(): RequestHandler[] {
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          styleSrc: ["'self'"],
          scriptSrc: ["'self'"],
          workerSrc: ["'self'"],
          connectSrc: ["'self'"],
          imgSrc: ["'self'"],
          formAction: ["'self'"],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
        },
      },
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
