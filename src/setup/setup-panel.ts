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

/** The commands that make a key for the proofs in use, and for recovery if there is any. It reads no more of the configuration. */
export function setUpPanel(environment: Environment, options: SetupOptions): SetupResult {
  const proofs = variables.REKEY_PROOFS.safeParse(environment.REKEY_PROOFS || undefined)
  if (!proofs.success) return { ok: false, fault: `REKEY_PROOFS ${proofs.error.issues[0]?.message}` }
  const uses = [...proofs.data, ...(environment.REKEY_PUBLIC_URL ? (['recovery', 'help'] as const) : [])]
  return { ok: true, script: panelScript({ ...options, commands: neededCommands(uses) }) }
}
