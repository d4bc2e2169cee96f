import { isIP } from 'node:net'
import * as z from 'zod'
import { isLoopback } from '../lib/ip-address.js'
import { Secret } from '../lib/secret.js'

// One builder for each kind of value. Each message continues the sentence "VARIABLE …" and never quotes the value.

/** The parsed values of some variables. */
export type ValuesOf<V extends Readonly<Record<string, z.ZodType>>> = {
  readonly [Name in keyof V]: z.output<V[Name]>
}

/** Marks a variable whose value can also be in a file: the `_FILE` variable names it, or it is a systemd credential. */
export const SECRET = { secret: true }

export function secret() {
  return z
    .string()
    .transform((value) => new Secret(value))
    .optional()
    .meta(SECRET)
}

export const MIN_KEY_BYTES = 32
export const HOW_TO_MAKE_A_KEY = 'Make one with: openssl rand -base64 32'

/** A secret that keys are derived from. */
export function key() {
  return z
    .string()
    .refine(
      (value) => Buffer.byteLength(value) >= MIN_KEY_BYTES,
      `must have ${MIN_KEY_BYTES} bytes or more. ${HOW_TO_MAKE_A_KEY}`,
    )
    .transform((value) => new Secret(value))
    .optional()
    .meta(SECRET)
}

export function integer(min: number, max: number, fallback: number) {
  const message = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)
    .default(fallback)
    .meta({ values: `${min} to ${max}` })
}

export function flag(fallback: boolean) {
  return z
    .enum(['true', 'false'], 'must be true or false')
    .transform((value) => value === 'true')
    .default(fallback)
    .meta({ values: 'true, false' })
}

/** One or more of the values, joined by commas; all of them by default. */
export function choices<Value extends string>(values: readonly [Value, ...Value[]]) {
  return z
    .string()
    .default(values.join(','))
    .transform((list, context): readonly [Value, ...Value[]] => {
      const wanted = list.split(',').map((entry) => entry.trim())
      const [first, ...others] = values.filter((value) => wanted.includes(value))
      if (first === undefined || others.length + 1 !== wanted.length) {
        return fault(context, `must be one or more of ${values.join(', ')}, joined by commas`)
      }
      return [first, ...others]
    })
    .meta({ values: `one or more of ${values.join(', ')}` })
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000 } as const

type Duration = `${number}${keyof typeof UNIT_MS}`

/** A time such as `90m`, in ms. */
export function duration(fallback: Duration, min: Duration, max: Duration) {
  const message = `must be a time such as ${fallback}, from ${min} to ${max}`
  return z
    .string()
    .default(fallback)
    .transform((value, context) => {
      const durationMs = durationOf(value)
      if (durationMs >= durationOf(min) && durationMs <= durationOf(max)) return durationMs
      return fault(context, message)
    })
    .meta({ fallback, values: `${min} to ${max}` })
}

/** In ms; `NaN` if the text isn't a duration. */
function durationOf(text: string): number {
  const [, length = '', unit] = /^([1-9]\d{0,4})([smh])$/.exec(text) ?? []
  return unit === 's' || unit === 'm' || unit === 'h' ? Number(length) * UNIT_MS[unit] : Number.NaN
}

/** `COUNT/WINDOW`, such as `5/15m`; the window in seconds, minutes or hours. */
export function limit(count: number, window: `${number}${keyof typeof UNIT_MS}`) {
  return (
    z
      .string()
      .default(`${count}/${window}`)
      .transform((value, context) => {
        const [, hits = '', length = '', unit = ''] =
          /^([1-9]\d{0,6})\/([1-9]\d{0,4})([smh])$/.exec(value) ?? []
        if (unit !== 's' && unit !== 'm' && unit !== 'h') {
          return fault(context, 'must be a limit such as 5/15m: a count, a slash, and a time in s, m or h')
        }
        return { count: Number(hits), windowMs: Number(length) * UNIT_MS[unit] }
      })
      // The store counts windows with a timer, whose maximum is 2^31 - 1 ms.
      .refine(({ windowMs }) => windowMs <= 24 * UNIT_MS.h, 'must have a time of at most 24h')
  )
}

/** Parses a URL; undefined if the text isn't one. */
export function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

/** A text with one of these was probably meant as a URL with a login, even if it isn't a valid URL. */
const LOGIN_MARK = /@|[?&]password=/

/**
 * The address of a server, parsed by `read`.
 *
 * @param message the error if `read` returns undefined
 * @param read can report a more exact error with `fault`
 * @param loginHint added to the message if the text seems to hold a login
 */
export function located<Value>(
  message: string,
  read: (text: string, context: z.RefinementCtx) => Value | undefined,
  loginHint: string,
): z.ZodType<Value, string> {
  return z.string().transform((text, context): Value => {
    const whole = LOGIN_MARK.test(text) ? `${message}${loginHint}` : message
    return read(text, context) ?? fault(context, whole)
  })
}

/** Like `located`, for an address that must be a URL. */
export function url<Value>(
  message: string,
  read: (url: URL, context: z.RefinementCtx) => Value | undefined,
  loginHint = '',
): z.ZodType<Value, string> {
  const readUrl = (text: string, context: z.RefinementCtx): Value | undefined => {
    const parsed = parseUrl(text)
    return parsed && read(parsed, context)
  }
  return located(message, readUrl, loginHint)
}

/** Whether a URL has no login, query or fragment. */
export function isBare({ username, password, search, hash }: URL): boolean {
  return username === '' && password === '' && search === '' && hash === ''
}

/** Whether a URL has nothing after its host and port. */
export function isOrigin(url: URL): boolean {
  return isBare(url) && /^\/?$/.test(url.pathname)
}

/** Whether connections to a URL are safe from eavesdroppers: TLS, or HTTP that stays on this host. */
export function isHttpsOrLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

/** Checks the host of a URL with a scheme that Node doesn't know. For those, Node checks only addresses in brackets. */
export function isHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return true
  if (/^[\d.]+$/.test(hostname)) return isIP(hostname) === 4
  return /^(?!.*\.\.)[a-z\d](?:[a-z\d.-]*[a-z\d])?\.?$/i.test(hostname)
}

/** Decodes the percent-encoding of a part of a URL; undefined if it is malformed. */
export function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** A certificate's SHA-256 fingerprint, as openssl prints it, with or without `sha256 Fingerprint=`. */
export function fingerprint() {
  return z
    .string()
    .transform((value) => value.replace(/^sha256 fingerprint=/i, '').toUpperCase())
    .refine(
      (value) => /^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/.test(value),
      'must be a SHA-256 fingerprint as printed by: openssl x509 -noout -fingerprint -sha256',
    )
}

/** Reports an invalid value. */
export function fault(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}
