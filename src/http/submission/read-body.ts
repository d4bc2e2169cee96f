import express, { type RequestHandler } from 'express'
import { Refused } from '../../core/answer.js'

const MAX_BODY_BYTES = 8 * 1024

/** Reads a JSON body of at most 8 KiB, whatever it holds. */
export const readJson: RequestHandler[] = [
  requireType('application/json'),
  express.json({ type: 'application/json', limit: MAX_BODY_BYTES, strict: false, inflate: false }),
]

/** Reads a form of at most 8 KiB; a repeated field becomes an array. */
export const readForm: RequestHandler[] = [
  requireType('application/x-www-form-urlencoded'),
  express.urlencoded({ extended: false, limit: MAX_BODY_BYTES, inflate: false }),
]

function requireType(type: string): RequestHandler {
  return function checkType(request, _response, next) {
    const given = request.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
    next(given === type ? undefined : new Refused({ code: 'unsupported-media-type' }))
  }
}
