import type { Router } from 'express'
import { createRouter, routeMethods } from './route-methods.js'

/** Where password managers look for the form (W3C, "A Well-Known URL for Changing Passwords"). */
const CHANGE_PASSWORD_PATH = '/.well-known/change-password'

/** Where people who found a vulnerability look for a contact (RFC 9116). */
const SECURITY_TXT_PATH = '/.well-known/security.txt'

/** RFC 9116, section 2.5.5, recommends less than a year. */
const VALID_MS = 180 * 24 * 60 * 60 * 1000

/**
 * Redirects the well-known path for changing passwords to the form, and serves security.txt if there is a contact.
 *
 * @param securityContact a URI: `https:`, `mailto:` or `tel:`
 */
export function createWellKnownRouter(basePath: string, securityContact: string | undefined): Router {
  const router = createRouter()
  routeMethods(router, CHANGE_PASSWORD_PATH, {
    get: [(_request, response) => response.redirect(303, `${basePath}/`)],
  })
  if (securityContact !== undefined) {
    routeMethods(router, SECURITY_TXT_PATH, {
      get: [(_request, response) => void response.type('text/plain').send(securityTxt(securityContact))],
    })
  }
  return router
}

/**
 * The contact is as current as the configuration, so the file is valid for half a year from each request. A fixed date would
 * expire unnoticed.
 */
function securityTxt(contact: string): string {
  const expires = new Date(Date.now() + VALID_MS)
  return `Contact: ${contact}\nExpires: ${expires.toISOString()}\n`
}
