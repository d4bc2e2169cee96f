import express, { type RequestHandler } from 'express'
import { Refused } from '../../core/answer.js'

const MAX_BODY_BYTES = 8 * 1024

const FORM_TYPE = 'application/x-www-form-urlencoded'

/** A form's fields as they were typed. A repeated field is an array. */
export type Form = Readonly<Record<string, unknown>>

/** The names of a form's fields by the member of the JSON interface: a JSON pointer (RFC 6901) with one or two parts. */
export type FieldNames = Readonly<Record<string, string>>

/** Reads a JSON body of up to 8 KiB with any content. */
export const readJson: readonly RequestHandler[] = [
  requireType('application/json'),
  express.json({ type: 'application/json', limit: MAX_BODY_BYTES, strict: false, inflate: false }),
]

/** Reads a `Form` of up to 8 KiB. Without a body, it has no fields. */
export const readForm: readonly RequestHandler[] = [
  requireType(FORM_TYPE),
  express.text({ type: FORM_TYPE, limit: MAX_BODY_BYTES, inflate: false }),
  function parseForm(request, _response, next) {
    request.body = formOf(request.body ?? '')
    next()
  },
]

/**
 * Decodes as browsers do: invalid UTF-8 becomes replacement characters, which the schemas refuse. Express's own parser would keep
 * the escapes as text.
 */
function formOf(text: string): Form {
  const form: Record<string, unknown> = Object.create(null)
  for (const [name, value] of new URLSearchParams(text)) form[name] = name in form ? [value] : value
  return form
}

/** Turns a form into a request of the JSON interface, so that both have the same rules. An empty field counts as missing. */
export function toRequest(names: FieldNames, form: Form): Record<string, unknown> {
  const request: Record<string, unknown> = {}
  for (const [pointer, name] of Object.entries(names)) {
    const [, member = '', inner] = pointer.split('/')
    const value = form[name] === '' ? undefined : form[name]
    request[member] = inner === undefined ? value : { ...(request[member] as object), [inner]: value }
  }
  return request
}

function requireType(type: string): RequestHandler {
  return function checkType(request, _response, next) {
    const given = request.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
    next(given === type ? undefined : new Refused({ code: 'unsupported-media-type' }))
  }
}
