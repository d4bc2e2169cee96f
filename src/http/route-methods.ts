import type { RequestHandler, Router } from 'express'

type Handlers = readonly RequestHandler[]

/** The path has no handler for this method. */
export class MethodNotAllowed extends Error {
  override readonly name = 'MethodNotAllowed'
}

/** Serves a path by its methods; every other one gets `Allow` and a `MethodNotAllowed` (RFC 9110 section 15.5.6). */
export function routeMethods(
  router: Router,
  path: string,
  { get = [], post = [] }: { readonly get?: Handlers; readonly post?: Handlers },
): void {
  const route = router.route(path)
  if (get.length > 0) route.get(...get)
  if (post.length > 0) route.post(...post)
  const allow = [...(get.length > 0 ? ['GET', 'HEAD'] : []), ...(post.length > 0 ? ['POST'] : [])].join(', ')
  route.all((_request, response, next) => {
    response.setHeader('Allow', allow)
    next(new MethodNotAllowed())
  })
}
