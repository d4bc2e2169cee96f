import express, { type RequestHandler } from 'express'
import { Refused } from '../../core/answer.js'

const MAX_BODY_BYTES = 8 * 1024

const FORM_TYPE = 'application/x-www-form-urlencoded'

/** What a form holds as it was typed; a repeated field is an array. */
export type Form = Readonly<Record<string, unknown>>

/**
 * The names of a form's fields, by the member of the JSON interface that each stands for: a JSON pointer (RFC 6901) of
 * one or two parts.
 */
export type FieldNames = Readonly<Record<string, string>>

/** Reads a JSON body of at most 8 KiB, whatever it holds. */
export const readJson: readonly RequestHandler[] = [
  requireType('application/json'),
  express.json({ type: 'application/json', limit: MAX_BODY_BYTES, strict: false, inflate: false }),
]

/** Reads a `Form` of at most 8 KiB; one without a field if there was no body. */
export const readForm: readonly RequestHandler[] = [
  requireType(FORM_TYPE),
  express.text({ type: FORM_TYPE, limit: MAX_BODY_BYTES, inflate: false }),
  function parseForm(request, _response, next) {
    request.body = formOf(request.body ?? '')
    next()
  },
]

/**
 * Decodes as browsers do: bytes that are no UTF-8 become replacement characters, which the schemas refuse. Express's own parser
 * would take their escapes for the text.
 */
function formOf(text: string): Form {
  const form: Record<string, unknown> = Object.create(null)
  for (const [name, value] of new URLSearchParams(text)) form[name] = name in form ? [value] : value
  return form
}

/** The form as a request of the JSON interface, so that one set of rules serves both; an empty field is a missing member. */
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
