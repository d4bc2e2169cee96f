import type { Environment } from '../config/environment.js'
import { variables } from '../config/passwords.js'
import { neededCommands } from '../panel/needed-commands.js'
import { panelScript } from './script.js'

export interface SetupOptions {
  readonly address: string | undefined
  readonly profile: string
}

export type SetupResult =
  | { readonly ok: true; readonly script: string }
  | { readonly ok: false; readonly fault: string }

/** The commands that make a key for the modes in use. Of the configuration it needs `REKEY_MODES` alone, if that is set. */
export function setUpPanel(environment: Environment, options: SetupOptions): SetupResult {
  const modes = variables.REKEY_MODES.safeParse(environment.REKEY_MODES || undefined)
  if (!modes.success) return { ok: false, fault: `REKEY_MODES ${modes.error.issues[0]?.message}` }
  return { ok: true, script: panelScript({ ...options, commands: neededCommands(modes.data) }) }
}
