import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { extname } from 'node:path'
import express, { type RequestHandler, type Router } from 'express'
import { accentStylesheet } from '../branding/accent.js'
import type { Brand } from '../branding/brand.js'
import { createRouter, routeMethods } from './route-methods.js'

/** The endings of the compressed files, which the build puts next to the originals. */
const ENDINGS = { br: '.br', gzip: '.gz' }

/** An SVG is a document. With this policy it can't load or run anything when opened directly, and can't be framed. */
const LOGO_POLICY = "default-src 'none';style-src 'unsafe-inline';frame-ancestors 'none';sandbox"

/**
 * Serves styles and scripts (if two have the same name, the earlier folder's), and the brand's `brand.css` and `logo` if they are
 * configured. Browsers cache them but revalidate each time, so an upgrade shows at once.
 */
export function createAssetsRouter(
  directories: readonly string[],
  { accent, logo }: Pick<Brand, 'accent' | 'logo'>,
): Router {
  const router = createRouter()
  for (const directory of directories) {
    const files = express.static(directory, {
      index: false,
      redirect: false,
      acceptRanges: false,
      setHeaders: (response) => response.setHeader('Cache-Control', 'no-cache'),
    })
    router.use(preferCompressed(directory), files)
  }
  if (accent) {
    const text = Buffer.from(accentStylesheet(accent))
    routeMethods(router, '/brand.css', { get: [serve('text/css; charset=utf-8', text)] })
  }
  if (logo) routeMethods(router, '/logo', { get: [setLogoPolicy, serve(logo.type, logo.bytes)] })
  return router
}

/** Serves the compressed file if there is one and the browser accepts it. */
function preferCompressed(directory: string): RequestHandler {
  const names = new Set(namesIn(directory).map((name) => `/${name}`))

  return function chooseEncoding(request, response, next) {
    const { path, method } = request
    const isRead = method === 'GET' || method === 'HEAD'
    if (isRead && names.has(`${path}${ENDINGS.br}`)) {
      response.vary('Accept-Encoding')
      const encoding = request.acceptsEncodings(['br', 'gzip', 'identity'])
      if (encoding === 'br' || encoding === 'gzip') {
        response.type(extname(path)).setHeader('Content-Encoding', encoding)
        request.url = `${path}${ENDINGS[encoding]}`
      }
    }
    next()
  }
}

/** The administrator's folder may have no assets. */
function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : []
}

const setLogoPolicy: RequestHandler = (_request, response, next) => {
  response.setHeader('Content-Security-Policy', LOGO_POLICY)
  next()
}

/** Browsers cache it but revalidate each time, as for all assets. */
function serve(type: string, bytes: Buffer): RequestHandler {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`
  return (_request, response) => {
    response.set({ 'Content-Type': type, 'Cache-Control': 'no-cache', ETag: etag }).send(bytes)
  }
}
