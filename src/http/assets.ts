import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { extname } from 'node:path'
import express, { type RequestHandler, type Router } from 'express'
import { accentStylesheet } from '../branding/accent.js'
import type { Brand } from '../branding/brand.js'
import { createRouter, routeMethods } from './route-methods.js'

/** What the build compresses: a compressed file stands beside its original. */
const ENDINGS = { br: '.br', gzip: '.gz' }

/** An SVG is a document: opened by itself it can load nothing and run nothing, and nobody can frame it. */
const LOGO_POLICY = "default-src 'none';style-src 'unsafe-inline';frame-ancestors 'none';sandbox"

/**
 * Styles and scripts, of two of one name that of the earlier folder; then what of a brand is a file of its own:
 * `brand.css` and `logo`, if they are configured. Browsers keep them and ask again at each use, so that an upgrade shows
 * at once.
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

/** Leads to the compressed file where there is one that the browser takes. */
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

/** The administrator's folder need not have assets. */
function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : []
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
