import type { z } from 'zod'
import { type FieldFault, type FieldFaultCode, fieldFaultCodes } from '../../core/answer.js'

export type ParsedBody<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly faults: readonly FieldFault[] }

/**
 * Checks a body against its schema. Each wrong member is reported once.
 *
 * @param byClient whether a client sent it; the member `clientAddress` exists only for clients
 */
export function parseBody<Value>(
  schema: z.ZodType<Value>,
  body: unknown,
  byClient: boolean,
): ParsedBody<Value> {
  const foreign: FieldFault[] =
    byClient || !namesAddress(body) ? [] : [{ pointer: '/clientAddress', code: 'unknown' }]
  const parsed = schema.safeParse(body, { reportInput: true })
  if (parsed.success && foreign.length === 0) return { ok: true, value: parsed.data }
  const wrong = parsed.success ? [] : parsed.error.issues.flatMap(toFaults)
  return { ok: false, faults: firstPerPointer([...foreign, ...wrong]) }
}

function namesAddress(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, 'clientAddress')
}

function toFaults(issue: z.core.$ZodIssue): FieldFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), code: 'unknown' }))
  }
  return [{ pointer: pointerTo(issue.path), code: codeOf(issue), ...detailOf(issue) }]
}

/** The schemas name the character that isn't allowed. */
function detailOf(issue: z.core.$ZodIssue): Pick<FieldFault, 'character'> {
  const character = issue.code === 'custom' ? issue.params?.character : undefined
  return character === undefined ? {} : { character }
}

function firstPerPointer(faults: readonly FieldFault[]): FieldFault[] {
  return faults.filter(
    ({ pointer }, index) => faults.findIndex((other) => other.pointer === pointer) === index,
  )
}

function codeOf(issue: z.core.$ZodIssue): FieldFaultCode {
  if (issue.code !== 'invalid_type')
    return fieldFaultCodes.find((code) => code === issue.message) ?? 'unreadable'
  if (issue.input === undefined) return 'required'
  return issue.expected === 'object' ? 'not-object' : 'not-text'
}

/** A JSON pointer (RFC 6901, section 3). */
function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
