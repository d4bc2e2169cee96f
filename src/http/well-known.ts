import { Router } from 'express'
import { routeMethods } from './route-methods.js'

/** Where password managers look for the form (W3C, "A Well-Known URL for Changing Passwords"). */
const CHANGE_PASSWORD_PATH = '/.well-known/change-password'

/** Leads from the well-known path to the form. */
export function createWellKnownRouter(basePath: string): Router {
  const router = Router()
  routeMethods(router, CHANGE_PASSWORD_PATH, {
    get: [(_request, response) => response.redirect(303, `${basePath}/`)],
  })
  return router
}
