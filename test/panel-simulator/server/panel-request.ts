import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

/** A request to the API as it was received. */
export interface PanelRequest {
  readonly fields: ReadonlyMap<string, string>
  /** Trimmed. */
  readonly command: string
  /** Not trimmed. */
  readonly args: readonly string[]
  readonly returncode: 'yes' | 'no'
}

const MAX_ARGUMENTS = 13

/** Reads a form, or one flat JSON object if the form has no credentials. */
export async function readPanelRequest(request: IncomingMessage): Promise<PanelRequest> {
  const body = await text(request)
  const form = new Map(isForm(request) ? new URLSearchParams(body) : [])
  const hasCredentials = form.has('access_key') || form.has('user') || form.has('hash')
  return requestOf(hasCredentials ? form : (readJson(body) ?? form))
}

/** Reads a request from its fields. */
export function requestOf(fields: ReadonlyMap<string, string>): PanelRequest {
  const numbers = Array.from({ length: MAX_ARGUMENTS }, (_, index) => index + 1)
  return {
    fields,
    command: trim(fields.get('cmd') ?? ''),
    args: numbers.map((number) => fields.get(`arg${number}`)).filter((value) => value !== undefined),
    returncode: fields.get('returncode') === 'yes' ? 'yes' : 'no',
  }
}

/** Trims the characters that the panel removes from both ends of every argument. */
export function trim(argument: string): string {
  const white = ' \t\n\r\v\0'
  let start = 0
  let end = argument.length
  while (start < end && white.includes(argument.charAt(start))) start += 1
  while (end > start && white.includes(argument.charAt(end - 1))) end -= 1
  return argument.slice(start, end)
}

function isForm(request: IncomingMessage): boolean {
  return request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false
}

function readJson(body: string): Map<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null) return undefined
    const set = Object.entries(value).filter(([, field]) => field !== null)
    return new Map(set.map(([key, field]) => [key, String(field)]))
  } catch {
    return undefined
  }
}
