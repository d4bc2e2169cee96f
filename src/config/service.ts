import { isIP } from 'node:net'
import * as z from 'zod'
import type { HandedSocket, ListenAddress, ListenSocket } from '../http/listen.js'
import { withoutBrackets } from '../lib/ip-address.js'
import { MAX_SOCKET_PATH_BYTES } from '../system/unix-socket.js'
import type { AddFault, Environment } from './environment.js'
import { fault, integer, isHost, parseUrl, type ValuesOf } from './fields.js'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const

const MAIL_URI = /^mailto:[\w.%+-]+@[a-z\d.-]+$/i
const PHONE_URI = /^tel:\+?[\d().-]+$/i

export const title = 'The service'

export const variables = {
  REKEY_HOST: listenHost().describe(
    'The address to listen on, or a [Unix socket](reverse-proxy.md#by-a-unix-socket), such as `unix:/run/rekey/rekey.sock`.',
  ),
  REKEY_PORT: integer(0, 65_535, 8080).describe('The port to listen on; `0` takes any free port.'),
  REKEY_SOCKET_MODE: socketMode().describe('The permissions of the Unix socket.'),
  LISTEN_FDS: z
    .string()
    .optional()
    .describe(
      'Set by systemd: the number of [sockets](reverse-proxy.md#by-a-unix-socket) that it passes. Rekey accepts one, and uses it instead of `REKEY_HOST`.',
    ),
  LISTEN_PID: z.string().optional().describe('Set by systemd: the process that `LISTEN_FDS` is for.'),
  LISTEN_FDNAMES: z.string().optional().describe('Set by systemd: the socket’s name in the log.'),
  RUNTIME_DIRECTORY: z
    .string()
    .optional()
    .describe(
      'Set by systemd: a folder with a file that shows whether the previous process was killed. Not used with Redis.',
    ),
  REKEY_BASE_PATH: basePath().describe('The path under which a proxy serves Rekey, such as `/password`.'),
  REKEY_LOG_LEVEL: z
    .enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)
    .default('info')
    .describe('The lowest level that Rekey logs.'),
  REKEY_LOG_MAILBOX: z
    .enum(['plain', 'hashed'], 'must be plain or hashed')
    .default('plain')
    .describe(
      'How the [log](audit-log.md#without-names) shows mailboxes and hosting accounts: by name, or as hashes with a new key at each start.',
    ),
  REKEY_METRICS_ADDRESS: listenAddress().describe(
    'The address and port of [`/metrics`](metrics.md), such as `127.0.0.1:9464`. Off by default.',
  ),
  REKEY_SECURITY_CONTACT: contactUri()
    .optional()
    .describe(
      'The contact for security reports in `/.well-known/security.txt` (RFC 9116): an `https:`, `mailto:` or `tel:` link.',
    ),
}

type Values = ValuesOf<typeof variables>

/** The service's address, log, metrics and security contact. */
export function select(values: Values, addFault: AddFault, environment: Environment, pid?: number) {
  const isHanded = values.LISTEN_FDS !== undefined && values.LISTEN_PID === String(pid)
  const handedSocket = isHanded ? selectHandedSocket(values, addFault, environment) : undefined
  return {
    /** As `REKEY_HOST` says. */
    listen: selectListen(values, addFault, environment),
    /** The socket to listen on instead; undefined if systemd passed none. */
    handedSocket,
    /** The first, if systemd names several. */
    runtimeDirectory: values.RUNTIME_DIRECTORY?.split(':')[0],
    basePath: values.REKEY_BASE_PATH,
    logLevel: values.REKEY_LOG_LEVEL,
    logMailbox: values.REKEY_LOG_MAILBOX,
    /** The address of `/metrics`; undefined if metrics are off. */
    metrics: values.REKEY_METRICS_ADDRESS,
    securityContact: values.REKEY_SECURITY_CONTACT,
  }
}

/** A variable that would have no effect is an error. */
function selectListen(
  { REKEY_HOST: host, REKEY_PORT: port, REKEY_SOCKET_MODE: mode }: Values,
  addFault: AddFault,
  environment: Environment,
): ListenAddress | ListenSocket {
  // An invalid value is undefined here; its field reports it.
  if (host?.startsWith('/')) {
    if (environment.REKEY_PORT) addFault('REKEY_PORT is set, but REKEY_HOST is a socket')
    return Object.freeze({ path: host, mode: Number.parseInt(mode, 8) })
  }
  if (host && environment.REKEY_SOCKET_MODE) {
    addFault('REKEY_SOCKET_MODE is set, but REKEY_HOST is not a socket')
  }
  return Object.freeze({ host, port })
}

/** The descriptor of the first socket (sd_listen_fds(3)). */
const FIRST_FD = 3

/**
 * The socket from systemd. A variable that would have no effect is an error, except a socket in `REKEY_HOST`, where the doctor finds
 * the service.
 */
function selectHandedSocket(
  { REKEY_HOST: host, LISTEN_FDS: count, LISTEN_FDNAMES: name }: Values,
  addFault: AddFault,
  environment: Environment,
): HandedSocket {
  if (count !== '1') addFault('LISTEN_FDS must be 1: configure exactly one socket in the systemd unit')
  const isElsewhere = environment.REKEY_HOST && host && !host.startsWith('/')
  const unused = [...(isElsewhere ? ['REKEY_HOST'] : []), 'REKEY_PORT', 'REKEY_SOCKET_MODE']
  for (const variable of unused.filter((variable) => environment[variable])) {
    addFault(`${variable} is set, but Rekey listens on the socket from systemd`)
  }
  return Object.freeze({ fd: FIRST_FD, name: name ?? 'unknown' })
}

/** An address, with or without brackets, or a name of this host. For `unix:` and a path, returns the path. */
function listenHost() {
  return z
    .string()
    .default('127.0.0.1')
    .transform((value, context) => {
      const [, path] = /^unix:(?:\/\/)?(\/[^\0]*[^\0/])$/.exec(value) ?? []
      if (path !== undefined && Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return path
      const host = withoutBrackets(value)
      const isAddress = isIP(host) === 6 || (host === value && !host.includes('[') && isHost(host))
      if (isAddress) return host
      return fault(
        context,
        `must be an address such as 127.0.0.1 or [::1], or a socket with an absolute path of at most ${MAX_SOCKET_PATH_BYTES} bytes, such as unix:/run/rekey/rekey.sock`,
      )
    })
}

function socketMode() {
  return z
    .string()
    .regex(/^0?[0-7]{3}$/, 'must be octal permissions, such as 0660')
    .default('0660')
}

const PATH_SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9_.~-]+$/

/** The path of the page, without a slash at the end: empty for the root. */
function basePath() {
  return z
    .string()
    .transform((value, context) => {
      if (value === '/') return ''
      const [beginning, ...segments] = value.replace(/\/$/, '').split('/')
      if (beginning !== '' || !segments.every((segment) => PATH_SEGMENT.test(segment))) {
        return fault(context, 'must be a path such as /password, with only letters, digits and - _ . ~')
      }
      return `/${segments.join('/')}`
    })
    .default('')
}

/** `HOST:PORT`, with brackets around an IPv6 address. */
function listenAddress() {
  const message = 'must be an address and a port, such as 127.0.0.1:9464 or [::1]:9464'
  return z
    .string()
    .transform((value, context): ListenAddress => {
      const [, host = '', port = ''] = /^(\[[^\]]*\]|[^:/?#@[\]]+):(\d{1,5})$/.exec(value) ?? []
      const isAddress = parseUrl(`http://${host}/`) !== undefined && isHost(host)
      if (!isAddress || Number(port) > 65_535) return fault(context, message)
      return { host: withoutBrackets(host), port: Number(port) }
    })
    .optional()
}

/** A URI on one line: a page, a mail address or a phone number. */
function contactUri() {
  return z
    .string()
    .refine(
      (value) => MAIL_URI.test(value) || PHONE_URI.test(value) || isPage(value),
      'must be a link such as https://example.org/contact, mailto:security@example.org or tel:+1-201-555-0123',
    )
}

function isPage(value: string): boolean {
  return /^https:\/\/[\x21-\x7e]+$/.test(value) && parseUrl(value)?.username === ''
}
