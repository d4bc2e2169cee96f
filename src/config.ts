import { z } from 'zod'
import { type BreachServer, breachUrl, selectBreachServer } from './config-breach.js'
import { clients, networks, trustedProxies } from './config-callers.js'
import {
  basePath,
  choices,
  fingerprint,
  flag,
  imapUrl,
  integer,
  limit,
  panelUrl,
  secret,
} from './config-fields.js'
import { selectMailServer } from './config-mail-server.js'
import { selectCredentials, selectPanelTrust } from './config-panel.js'
import { redisUrl } from './config-store.js'
import type { ServerTrust } from './core/server-trust.js'
import { type Environment, readVariable } from './environment.js'
import type { MailServer } from './mail-server/session.js'
import type { PanelCredentials } from './panel/credentials.js'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const

/** Every variable of the environment that is read, but for the `_FILE` twins of the secrets. */
export const variables = {
  REKEY_HOST: z.string().default('127.0.0.1'),
  REKEY_PORT: integer(0, 65_535, 8080),
  REKEY_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  REKEY_BASE_PATH: basePath(),
  REKEY_TRUST_PROXY: trustedProxies(),
  REKEY_CLIENTS: clients(),
  REKEY_WEBMAIL_ADDRESSES: networks('loopback'),
  REKEY_MODES: choices(['mailbox', 'account']),
  REKEY_ALLOW_ADMIN_ACCOUNTS: flag(false),
  REKEY_PASSWORD_MIN_LENGTH: integer(8, 64, 12),
  REKEY_PASSWORD_MIN_SCORE: integer(0, 4, 3),
  REKEY_BREACH_CHECK: z.enum(['off', 'online'], 'must be off or online').default('off'),
  REKEY_BREACH_URL: breachUrl(),
  REKEY_BREACH_FAIL: z.enum(['accept', 'refuse'], 'must be accept or refuse').default('accept'),
  REKEY_REFUSAL_DELAY_MS: integer(0, 10_000, 1000),
  REKEY_REQUEST_TIMEOUT_MS: integer(1000, 120_000, 30_000),
  REKEY_LIMIT_ADDRESS: limit(30, '15m'),
  REKEY_LIMIT_FAILURES: limit(5, '15m'),
  REKEY_LIMIT_TARGET: limit(20, '1h'),
  REKEY_REDIS_URL: redisUrl(),
  REKEY_MAILBOX_CHECK: z.enum(['hash', 'imap'], 'must be hash or imap').default('hash'),
  REKEY_IMAP_URL: imapUrl().optional(),
  REKEY_IMAP_CA_FILE: z.string().optional(),
  REKEY_IMAP_CERT_SHA256: fingerprint().optional(),
  HESTIA_URL: panelUrl(),
  HESTIA_ACCESS_KEY: secret(),
  HESTIA_SECRET_KEY: secret(),
  HESTIA_API_KEY: secret(),
  HESTIA_ADMIN_USER: z.string().optional(),
  HESTIA_ADMIN_PASSWORD: secret(),
  HESTIA_CA_FILE: z.string().optional(),
  HESTIA_CERT_SHA256: fingerprint().optional(),
  HESTIA_TIMEOUT_MS: integer(100, 60_000, 15_000),
  HESTIA_MAX_CONCURRENCY: integer(1, 100, 8),
  HESTIA_MAX_QUEUE: integer(0, 10_000, 128),
}

/** The variables whose value may stand in a file named by `NAME_FILE` instead. */
export const secretVariables = [
  'REKEY_CLIENTS',
  'REKEY_REDIS_URL',
  'HESTIA_ACCESS_KEY',
  'HESTIA_SECRET_KEY',
  'HESTIA_API_KEY',
  'HESTIA_ADMIN_PASSWORD',
] as const

/** Every variable's value as its field makes it. */
export type Values = { readonly [name in keyof typeof variables]: z.output<(typeof variables)[name]> }

/** The whole configuration: checked, typed, frozen, with defaults; durations in milliseconds. */
export type Config = ReturnType<typeof shapeConfig>

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  /** One line per fault, each beginning with the variable's name and never quoting its value. */
  | { readonly ok: false; readonly faults: readonly string[] }

/** Reads the configuration from the environment and reports all faults at once. An empty variable counts as unset. */
export function loadConfig(environment: Environment): ConfigResult {
  const faults: string[] = []
  const addFault = (fault: string): void => void faults.push(fault)
  const entries = Object.entries(variables).map(([name, field]) => {
    const isSecret = secretVariables.some((secretName) => secretName === name)
    const value = readVariable(environment, name, isSecret, addFault)
    const parsed = field.safeParse(value)
    if (parsed.success) return [name, Object.freeze(parsed.data)]
    addFault(
      `${name} ${value === undefined ? 'is missing' : (parsed.error.issues[0]?.message ?? 'is wrong')}`,
    )
    return [name, undefined]
  })
  const values = Object.fromEntries(entries) as Values
  const credentials = selectCredentials(values, addFault)
  const trust = selectPanelTrust(values, addFault)
  const mailServer = selectMailServer(values, Boolean(environment.REKEY_IMAP_URL), addFault)
  const breachServer = selectBreachServer(values, environment, addFault)
  if (faults.length > 0 || !credentials) return { ok: false, faults }
  return { ok: true, config: shapeConfig(values, credentials, trust, mailServer, breachServer) }
}

function shapeConfig(
  values: Values,
  credentials: PanelCredentials,
  trust: ServerTrust,
  mailServer: MailServer | undefined,
  breachServer: BreachServer | undefined,
) {
  return Object.freeze({
    host: values.REKEY_HOST,
    port: values.REKEY_PORT,
    logLevel: values.REKEY_LOG_LEVEL,
    basePath: values.REKEY_BASE_PATH,
    trustProxy: values.REKEY_TRUST_PROXY,
    clients: values.REKEY_CLIENTS,
    webmailAddresses: values.REKEY_WEBMAIL_ADDRESSES,
    modes: values.REKEY_MODES,
    allowAdminAccounts: values.REKEY_ALLOW_ADMIN_ACCOUNTS,
    passwordMinLength: values.REKEY_PASSWORD_MIN_LENGTH,
    passwordMinScore: values.REKEY_PASSWORD_MIN_SCORE,
    /** Who is asked about breached passwords; undefined if nobody is. */
    breachServer,
    refusalDelayMs: values.REKEY_REFUSAL_DELAY_MS,
    requestTimeoutMs: values.REKEY_REQUEST_TIMEOUT_MS,
    limits: Object.freeze({
      address: values.REKEY_LIMIT_ADDRESS,
      failures: values.REKEY_LIMIT_FAILURES,
      target: values.REKEY_LIMIT_TARGET,
    }),
    /** Where instances share limits and locks; undefined if they are kept in memory. */
    redis: values.REKEY_REDIS_URL,
    /** Where mailbox passwords are checked; undefined if they are held against the panel's hashes. */
    mailServer,
    panel: Object.freeze({
      url: values.HESTIA_URL,
      credentials,
      trust,
      timeoutMs: values.HESTIA_TIMEOUT_MS,
      maxConcurrency: values.HESTIA_MAX_CONCURRENCY,
      maxQueue: values.HESTIA_MAX_QUEUE,
    }),
  })
}
