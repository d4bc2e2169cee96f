import { exitCodes, type Outcome } from '../commands/outcome.js'
import type { Refusal } from '../credentials/admission.js'

/** An HTTP response. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type CredentialKind = 'access-key' | 'legacy'

const UNAUTHORIZED_CODES: ReadonlySet<number> = new Set([
  exitCodes.suspended,
  exitCodes.unsuspended,
  exitCodes.password,
  exitCodes.forbidden,
  exitCodes.apiDisabled,
])

const TEXT = { 'Content-Type': 'text/html; charset=UTF-8' }
const JSON_TEXT = { 'Content-Type': 'application/json; charset=utf-8' }

/** The response to a command that ran. */
export function renderOutcome(
  kind: CredentialKind,
  returncode: 'yes' | 'no',
  { code, output }: Outcome,
): Answer {
  if (kind === 'legacy') {
    const text = output === '' ? 'OK' : `${output}\n`
    return { status: 200, headers: TEXT, body: returncode === 'yes' ? String(code) : text }
  }
  const exitCode = exitCodeHeader(code)
  if (returncode === 'yes') return { status: 200, headers: { ...TEXT, ...exitCode }, body: String(code) }
  if (code > 0) return { status: statusOf(code), headers: { ...TEXT, ...exitCode }, body: output }
  const type = isJson(output) ? JSON_TEXT : TEXT
  return { status: output === '' ? 204 : 200, headers: { ...type, ...exitCode }, body: output }
}

/** The response to a request that was refused before its command ran. It is the same for all credentials. */
export function renderRefusal(returncode: 'yes' | 'no', { code, text, printedBefore }: Refusal): Answer {
  const message = text.startsWith('Error:') ? text : `Error: ${text}`
  return {
    status: statusOf(code),
    headers: { ...TEXT, ...exitCodeHeader(code) },
    body: `${printedBefore ?? ''}${returncode === 'yes' ? code : message}`,
  }
}

/** The response to a request without credentials in a form or an object. It is never a bare code. */
export const UNREADABLE = renderRefusal('no', {
  code: 405,
  text: 'data received is null or invalid, check https://hestiacp.com/docs/server-administration/rest-api.html',
})

/** The response when the panel's own script crashes. */
export const CRASHED: Answer = { status: 500, headers: TEXT, body: '' }

/** The web server's response to other paths. */
export const NOT_FOUND: Answer = { status: 404, headers: TEXT, body: '<h1>404 Not Found</h1>' }

function exitCodeHeader(code: number): Record<string, string> {
  return { 'Hestia-Exit-Code': String(code) }
}

function statusOf(code: number): number {
  if (code >= 100) return code
  if (code === exitCodes.invalid) return 422
  return UNAUTHORIZED_CODES.has(code) ? 401 : 400
}

function isJson(output: string): boolean {
  try {
    return Boolean(JSON.parse(output))
  } catch {
    return false
  }
}
