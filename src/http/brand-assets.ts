import { createHash } from 'node:crypto'
import { type RequestHandler, Router } from 'express'
import { accentStylesheet } from '../branding/accent.js'
import type { Brand } from '../branding/brand.js'
import { routeMethods } from './route-methods.js'

/** An SVG is a document: opened by itself it can load nothing and run nothing, and nobody can frame it. */
const LOGO_POLICY = "default-src 'none';style-src 'unsafe-inline';frame-ancestors 'none';sandbox"

/** What of a brand is a file of its own: `brand.css` and `logo`, each where it is configured. */
export function createBrandAssets({ accent, logo }: Pick<Brand, 'accent' | 'logo'>): Router {
  const router = Router()
  if (accent) {
    const text = Buffer.from(accentStylesheet(accent))
    routeMethods(router, '/brand.css', { get: [serve('text/css; charset=utf-8', text)] })
  }
  if (logo) routeMethods(router, '/logo', { get: [setLogoPolicy, serve(logo.type, logo.bytes)] })
  return router
}

const setLogoPolicy: RequestHandler = (_request, response, next) => {
  response.setHeader('Content-Security-Policy', LOGO_POLICY)
  next()
}

/** Kept by the browser, and asked for again at each use, as all assets. */
function serve(type: string, bytes: Buffer): RequestHandler {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`
  return (_request, response) => {
    response.set({ 'Content-Type': type, 'Cache-Control': 'no-cache', ETag: etag }).send(bytes)
  }
}
