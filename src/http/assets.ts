import { existsSync, readdirSync } from 'node:fs'
import { extname } from 'node:path'
import express, { type RequestHandler, Router } from 'express'

/** What the build compresses: a compressed file stands beside its original. */
const ENDINGS = { br: '.br', gzip: '.gz' }

/**
 * Styles and scripts, of two of one name that of the earlier folder. Browsers keep them and ask again at each use, so
 * that an upgrade shows at once.
 */
export function createAssetsRouter(directories: readonly string[]): Router {
  const router = Router()
  for (const directory of directories) {
    const files = express.static(directory, {
      index: false,
      redirect: false,
      acceptRanges: false,
      setHeaders: (response) => response.setHeader('Cache-Control', 'no-cache'),
    })
    router.use(preferCompressed(directory), files)
  }
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
