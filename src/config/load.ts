import type { z } from 'zod'
import type { Brand } from '../branding/brand.js'
import type { MailServer } from '../imap/session.js'
import type { Messages } from '../languages/catalogue.js'
import type { ServerTrust } from '../lib/server-trust.js'
import type { PanelCredentials } from '../panel/credentials.js'
import { selectBrand } from './branding.js'
import { type Environment, readVariable } from './environment.js'
import { mailServerVariables, selectMailServer } from './imap.js'
import { selectCatalogues } from './language.js'
import { limitVariables, timeVariables } from './limits.js'
import { mailVariables, selectMail } from './notification.js'
import { pageVariables } from './page.js'
import { panelVariables, selectCredentials, selectPanelTrust } from './panel.js'
import { type BreachServer, selectBreachServer } from './passwords.js'
import { callerVariables, proofVariables, serviceVariables } from './service.js'
import { selectViews } from './views.js'

/**
 * The variables of the environment that are read, by subject, each with the description that docs/configuration.md
 * gives: `npm run docs` writes it.
 */
export const subjects = {
  'The panel': panelVariables,
  'The service': serviceVariables,
  'The page': pageVariables,
  'Who may call': callerVariables,
  'Proof and passwords': proofVariables,
  'The mail server': mailServerVariables,
  'Notes by mail': mailVariables,
  'Limits and the store that instances share': limitVariables,
  Time: timeVariables,
}

/** Every variable that is read, but for the `_FILE` twins of the secrets. */
export const variables = {
  ...panelVariables,
  ...serviceVariables,
  ...pageVariables,
  ...callerVariables,
  ...proofVariables,
  ...mailServerVariables,
  ...mailVariables,
  ...limitVariables,
  ...timeVariables,
}

/** Every variable's value as its field makes it. */
export type Values = { readonly [name in keyof typeof variables]: z.output<(typeof variables)[name]> }

/** The whole configuration: checked, typed, frozen, with defaults; durations in milliseconds. */
export type Config = ReturnType<typeof shapeConfig>

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  /** One line per fault, each beginning with the variable's name and never quoting its value. */
  | { readonly ok: false; readonly faults: readonly string[] }

/** Whether a variable's value may stand in a file named by `NAME_FILE` instead. */
export function isSecret(field: z.ZodType): boolean {
  return field.meta()?.secret === true
}

/** Reads the configuration from the environment and reports all faults at once. An empty variable counts as unset. */
export function loadConfig(environment: Environment): ConfigResult {
  const faults: string[] = []
  const addFault = (fault: string): void => void faults.push(fault)
  const entries = Object.entries(variables).map(([name, field]) => {
    const value = readVariable(environment, name, isSecret(field), addFault)
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
  const brand = selectBrand(values, addFault)
  const viewsDirectory = selectViews(values, addFault)
  const catalogues = selectCatalogues(values, addFault)
  const mail = selectMail(values, environment, addFault)
  const breachServer = selectBreachServer(values, environment, addFault)
  if (faults.length > 0 || !credentials) return { ok: false, faults }
  return {
    ok: true,
    config: shapeConfig(values, {
      credentials,
      trust,
      mailServer,
      breachServer,
      mail,
      brand,
      viewsDirectory,
      catalogues,
    }),
  }
}

/** What is made of several variables, or of files that they name. */
interface Selected {
  readonly credentials: PanelCredentials
  readonly trust: ServerTrust
  readonly mailServer: MailServer | undefined
  readonly breachServer: BreachServer | undefined
  readonly mail: ReturnType<typeof selectMail>
  readonly brand: Brand
  readonly viewsDirectory: string | undefined
  readonly catalogues: ReadonlyMap<string, Messages>
}

function shapeConfig(
  values: Values,
  { credentials, trust, mailServer, breachServer, mail, brand, viewsDirectory, catalogues }: Selected,
) {
  return Object.freeze({
    host: values.REKEY_HOST,
    port: values.REKEY_PORT,
    logLevel: values.REKEY_LOG_LEVEL,
    logMailbox: values.REKEY_LOG_MAILBOX,
    basePath: values.REKEY_BASE_PATH,
    /** The words of every language that is spoken. */
    catalogues,
    /** Where nothing else is wished for. */
    language: values.REKEY_LANGUAGE,
    securityContact: values.REKEY_SECURITY_CONTACT,
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
    /** Where Prometheus finds the metrics; undefined if nothing is measured. */
    metrics: values.REKEY_METRICS_ADDRESS,
    /** Where mailbox passwords are checked; undefined if they are held against the panel's hashes. */
    mailServer,
    /** How people are told of a change; undefined if they are not. */
    mail,
    brand,
    /** Origins whose pages may show the page in a frame. */
    frameAncestors: values.REKEY_FRAME_ANCESTORS,
    /** Views that override ours file by file: templates, `assets/` and `messages/`. */
    viewsDirectory,
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
