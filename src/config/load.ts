import type { z } from 'zod'
import type { Proofs } from '../core/attempt.js'
import type { PanelUse } from '../core/panel-port.js'
import * as branding from './branding.js'
import * as callers from './callers.js'
import { type AddFault, type Environment, readVariable } from './environment.js'
import type { ValuesOf } from './fields.js'
import * as imap from './imap.js'
import * as keys from './keys.js'
import * as limits from './limits.js'
import * as notification from './notification.js'
import * as page from './page.js'
import * as panel from './panel.js'
import * as passwords from './passwords.js'
import * as recovery from './recovery.js'
import * as recoveryStore from './recovery-store.js'
import * as service from './service.js'
import * as store from './store.js'

/** The variables about one subject. */
interface Subject {
  /** The heading in docs/configuration.md. */
  readonly title: string
  /** By name. Each has its description for docs/configuration.md. */
  readonly variables: Readonly<Record<string, z.ZodType>>
}

/** Every subject, in the order of docs/configuration.md. */
export const subjects: readonly Subject[] = [
  panel,
  service,
  page,
  branding,
  callers,
  passwords,
  imap,
  notification,
  limits,
  store,
  recoveryStore,
  keys,
  recovery,
]

/** Every variable that Rekey reads, except the `_FILE` variables and `CREDENTIALS_DIRECTORY`. */
export const variables = {
  ...panel.variables,
  ...service.variables,
  ...page.variables,
  ...branding.variables,
  ...callers.variables,
  ...passwords.variables,
  ...imap.variables,
  ...notification.variables,
  ...limits.variables,
  ...store.variables,
  ...recoveryStore.variables,
  ...keys.variables,
  ...recovery.variables,
}

/** The whole configuration: checked, typed, frozen, with defaults; durations in milliseconds. */
export type Config = ReturnType<typeof selectAll>

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  /** One line for each error. It begins with the variable's name and never quotes the value. */
  | { readonly ok: false; readonly faults: readonly string[] }

/** Whether the value can also be in a file that a `_FILE` variable names, or in a systemd credential. */
export function isSecret(field: z.ZodType): boolean {
  return field.meta()?.secret === true
}

/**
 * Reads the configuration from the environment and reports all errors at once. An empty variable counts as unset.
 *
 * @param pid the process ID, if this process listens: systemd passes its socket to one process only
 */
export function loadConfig(environment: Environment, pid?: number): ConfigResult {
  const faults: string[] = []
  const config = selectAll(environment, pid, (fault) => faults.push(fault))
  return faults.length > 0 ? { ok: false, faults } : { ok: true, config }
}

function selectAll(environment: Environment, pid: number | undefined, addFault: AddFault) {
  const values = readValues(environment, addFault)
  const selectedKeys = keys.select(values, addFault, environment)
  const selectedNotification = notification.select(values, addFault, environment)
  const needed = { ...selectedKeys, proofs: values.REKEY_PROOFS }
  const selectedRecovery = recovery.select(values, needed, addFault, environment)
  return Object.freeze({
    ...panel.select(values, addFault),
    ...service.select(values, addFault, environment, pid),
    ...page.select(values, addFault),
    ...branding.select(values, addFault),
    ...callers.select(values),
    ...passwords.select(values, addFault, environment),
    ...imap.select(values, addFault, environment),
    ...selectedNotification,
    ...limits.select(values),
    ...store.select(values, addFault, environment),
    ...recoveryStore.select(values, addFault, environment),
    ...selectedKeys,
    ...selectedRecovery,
    panelUses: panelUsesOf(values.REKEY_PROOFS, selectedRecovery, selectedNotification),
  })
}

/** What Rekey needs the access key for. */
function panelUsesOf(
  /** Undefined if the value is invalid. */
  proofs: Proofs | undefined,
  { recovery: settings }: ReturnType<typeof recovery.select>,
  { notifyOwner }: ReturnType<typeof notification.select>,
): readonly PanelUse[] {
  return [
    ...(proofs ?? []),
    ...(settings ? (['recovery'] as const) : []),
    ...(settings?.asksAdministrator ? (['help'] as const) : []),
    ...(notifyOwner ? (['owner-notices'] as const) : []),
  ]
}

/** The value of each variable; undefined for an invalid one, since then the configuration isn't used. */
function readValues(environment: Environment, addFault: AddFault): ValuesOf<typeof variables> {
  const entries = Object.entries(variables).map(([name, field]) => {
    const value = readVariable(environment, name, isSecret(field), addFault)
    const parsed = field.safeParse(value)
    if (parsed.success) return [name, Object.freeze(parsed.data)]
    addFault(
      `${name} ${value === undefined ? 'is missing' : (parsed.error.issues[0]?.message ?? 'is wrong')}`,
    )
    return [name, undefined]
  })
  return Object.fromEntries(entries) as ValuesOf<typeof variables>
}
