import { z } from 'zod'
import { fault, integer, isHost, parseUrl, type ValuesOf } from './fields.js'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const

const MAIL_URI = /^mailto:[\w.%+-]+@[a-z\d.-]+$/i
const PHONE_URI = /^tel:\+?[\d().-]+$/i

/** Where a server is to listen. */
export interface ListenAddress {
  /** A name or an address; one of IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

export const title = 'The service'

export const variables = {
  REKEY_HOST: z.string().default('127.0.0.1').describe('The address to listen on.'),
  REKEY_PORT: integer(0, 65_535, 8080).describe('The port to listen on; 0 takes any that is free.'),
  REKEY_BASE_PATH: basePath().describe('The path under which a proxy serves Rekey, such as `/password`.'),
  REKEY_LOG_LEVEL: z
    .enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)
    .default('info')
    .describe('From which level on lines are written to the log.'),
  REKEY_LOG_MAILBOX: z
    .enum(['plain', 'hashed'], 'must be plain or hashed')
    .default('plain')
    .describe(
      'How the log names mailboxes and hosting accounts: as they are, or by hashes with a key that each start makes anew (see [audit-log.md](audit-log.md)).',
    ),
  REKEY_METRICS_ADDRESS: listenAddress().describe(
    'Where Prometheus finds `/metrics`, such as `127.0.0.1:9464`; off by default: [operations.md](operations.md#metrics).',
  ),
  REKEY_SECURITY_CONTACT: contactUri()
    .optional()
    .describe(
      'Whom to tell of a hole in the service: `https:`, `mailto:` or `tel:`. With it `/.well-known/security.txt` is served (RFC 9116).',
    ),
}

/** Where the service listens, what it logs and what it says of itself. */
export function select(values: ValuesOf<typeof variables>) {
  return {
    host: values.REKEY_HOST,
    port: values.REKEY_PORT,
    basePath: values.REKEY_BASE_PATH,
    logLevel: values.REKEY_LOG_LEVEL,
    logMailbox: values.REKEY_LOG_MAILBOX,
    /** Where Prometheus finds the metrics; undefined if nothing is measured. */
    metrics: values.REKEY_METRICS_ADDRESS,
    securityContact: values.REKEY_SECURITY_CONTACT,
  }
}

const PATH_SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9_.~-]+$/

/** The path under which the service is mounted: nothing for the root, and without a slash at its end otherwise. */
function basePath() {
  return z
    .string()
    .transform((value, context) => {
      if (value === '/') return ''
      const [beginning, ...segments] = value.replace(/\/$/, '').split('/')
      if (beginning !== '' || !segments.every((segment) => PATH_SEGMENT.test(segment))) {
        return fault(context, 'must be a path such as /password, of letters, digits and - _ . ~')
      }
      return `/${segments.join('/')}`
    })
    .default('')
}

/** `HOST:PORT`, an address of IPv6 in brackets. */
function listenAddress() {
  const message = 'must be an address and a port, such as 127.0.0.1:9464 or [::1]:9464'
  return z
    .string()
    .transform((value, context): ListenAddress => {
      const [, host = '', port = ''] = /^(\[[^\]]*\]|[^:/?#@[\]]+):(\d{1,5})$/.exec(value) ?? []
      const isAddress = parseUrl(`http://${host}/`) !== undefined && isHost(host)
      if (!isAddress || Number(port) > 65_535) return fault(context, message)
      return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
    })
    .optional()
}

/** Whom people turn to, as a URI of one line: a page, a mailbox or a telephone. */
function contactUri() {
  return z
    .string()
    .refine(
      (value) => MAIL_URI.test(value) || PHONE_URI.test(value) || isPage(value),
      'must be an address such as https://example.org/contact, mailto:security@example.org or tel:+1-201-555-0123',
    )
}

function isPage(value: string): boolean {
  return /^https:\/\/[\x21-\x7e]+$/.test(value) && parseUrl(value)?.username === ''
}
