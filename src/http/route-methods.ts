import { type RequestHandler, Router } from 'express'
import { Refused } from '../core/answer.js'

/** A router with case-sensitive paths, like the rules of a proxy in front, so that no spelling gets around a rule. */
export function createRouter(): Router {
  return Router({ caseSensitive: true })
}

/** Serves the methods of a path. Every other method is refused, with `Allow` (RFC 9110, section 15.5.6). */
export function routeMethods(
  router: Router,
  path: string,
  { get = [], post = [] }: Partial<Record<'get' | 'post', readonly RequestHandler[]>>,
): void {
  const route = router.route(path)
  if (get.length > 0) route.get(...get)
  if (post.length > 0) route.post(...post)
  const allow = [...(get.length > 0 ? ['GET', 'HEAD'] : []), ...(post.length > 0 ? ['POST'] : [])].join(', ')
  route.all((_request, response, next) => {
    response.setHeader('Allow', allow)
    next(new Refused({ code: 'method-not-allowed' }))
  })
}

/** Refuses every request that no earlier router has answered. */
export const refuseUnknownPath: RequestHandler = (_request, _response, next) => {
  next(new Refused({ code: 'not-found' }))
}
