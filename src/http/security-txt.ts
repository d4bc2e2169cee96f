import { Router } from 'express'
import { routeMethods } from './route-methods.js'

const SECURITY_TXT_PATH = '/.well-known/security.txt'

/** RFC 9116 section 2.5.5 recommends less than a year. */
const VALID_MS = 180 * 24 * 60 * 60 * 1000

/**
 * Tells whom to tell of a hole (RFC 9116). The contact is as current as the configuration that names it, so the file is good
 * for half a year from whenever it is read: a fixed date would pass unseen, and make the file worthless.
 *
 * @param contact a URI: `https:`, `mailto:` or `tel:`
 */
export function createSecurityTxtRouter(contact: string, today: () => Date): Router {
  const router = Router()
  routeMethods(router, SECURITY_TXT_PATH, {
    get: [
      (_request, response) => {
        const expires = new Date(today().getTime() + VALID_MS)
        response.type('text/plain').send(`Contact: ${contact}\nExpires: ${expires.toISOString()}\n`)
      },
    ],
  })
  return router
}
