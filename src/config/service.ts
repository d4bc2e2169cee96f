import * as z from 'zod'
import { fault, integer, isHost, parseUrl, type ValuesOf } from './fields.js'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const

const MAIL_URI = /^mailto:[\w.%+-]+@[a-z\d.-]+$/i
const PHONE_URI = /^tel:\+?[\d().-]+$/i

/** The address and port that a server listens on. */
export interface ListenAddress {
  /** A name or an address; an IPv6 address without brackets. */
  readonly host: string
  readonly port: number
}

export const title = 'The service'

export const variables = {
  REKEY_HOST: z.string().default('127.0.0.1').describe('The address to listen on.'),
  REKEY_PORT: integer(0, 65_535, 8080).describe('The port to listen on; `0` takes any free port.'),
  REKEY_BASE_PATH: basePath().describe('The path under which a proxy serves Rekey, such as `/password`.'),
  REKEY_LOG_LEVEL: z
    .enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)
    .default('info')
    .describe('The lowest level that is written to the log.'),
  REKEY_LOG_MAILBOX: z
    .enum(['plain', 'hashed'], 'must be plain or hashed')
    .default('plain')
    .describe(
      'How the log names mailboxes and hosting accounts: by name (`plain`), or by hashes whose key changes with each start (`hashed`): [audit-log.md](audit-log.md).',
    ),
  REKEY_METRICS_ADDRESS: listenAddress().describe(
    'The address and port that serve `/metrics` for Prometheus, such as `127.0.0.1:9464`. Off by default: [operations.md](operations.md#metrics).',
  ),
  REKEY_SECURITY_CONTACT: contactUri()
    .optional()
    .describe(
      'The contact for security reports: an `https:`, `mailto:` or `tel:` link. If it is set, Rekey serves `/.well-known/security.txt` (RFC 9116).',
    ),
}

/** Where the service listens, what it logs, its metrics and its security contact. */
export function select(values: ValuesOf<typeof variables>) {
  return {
    host: values.REKEY_HOST,
    port: values.REKEY_PORT,
    basePath: values.REKEY_BASE_PATH,
    logLevel: values.REKEY_LOG_LEVEL,
    logMailbox: values.REKEY_LOG_MAILBOX,
    /** Where Prometheus finds the metrics; undefined if they are off. */
    metrics: values.REKEY_METRICS_ADDRESS,
    securityContact: values.REKEY_SECURITY_CONTACT,
  }
}

const PATH_SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9_.~-]+$/

/** The path under which the service is mounted: empty for the root, otherwise without a slash at its end. */
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

/** `HOST:PORT`; an IPv6 address stands in brackets. */
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

/** A contact as a URI on one line: a page, a mailbox or a telephone number. */
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
