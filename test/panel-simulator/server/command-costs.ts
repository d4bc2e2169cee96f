import { CHANGE } from '../commands/command-names.js'
import type { CredentialKind } from './answers.js'

/** The machines that the simulated panel can run on. */
export const machineNames = ['small', 'fast'] as const

export type MachineName = (typeof machineNames)[number]

/** How long the panel's commands take on a machine, measured one at a time. */
interface MachineProfile {
  readonly cores: number
  readonly secondsOf: Readonly<Record<CredentialKind, CommandSeconds>>
}

/** By command. `other` is for all other calls: a call that is refused or lacks arguments ends as early as the fastest command. */
type CommandSeconds = Readonly<Record<string, number>> & { readonly other: number }

const SMALL_ACCESS_KEY: CommandSeconds = {
  'v-search-domain-owner': 0.65,
  'v-get-mail-account-value': 0.75,
  'v-check-user-password': 0.73,
  'v-list-user': 0.61,
  'v-check-user-2fa': 0.65,
  [CHANGE]: 1.27,
  other: 0.61,
}

/** These calls skip the program that checks access keys. */
const SMALL_LEGACY: CommandSeconds = {
  'v-search-domain-owner': 0.3,
  'v-get-mail-account-value': 0.46,
  'v-check-user-password': 0.41,
  'v-list-user': 0.28,
  'v-check-user-2fa': 0.29,
  [CHANGE]: 1.05,
  other: 0.28,
}

/** Measured only with an access key. */
const FAST: CommandSeconds = {
  'v-search-domain-owner': 0.16,
  'v-get-mail-account-value': 0.21,
  'v-check-user-password': 0.22,
  'v-list-user': 0.2,
  'v-check-user-2fa': 0.2,
  [CHANGE]: 0.31,
  other: 0.16,
}

/**
 * Measured with Hestia 1.10.3. `small` has 2 cores, but one command keeps more than one of them busy, and parallel calls are no
 * faster. `fast` was only measured one at a time; it is assumed to use all its cores.
 */
const PROFILES: Readonly<Record<MachineName, MachineProfile>> = {
  small: { cores: 1, secondsOf: { 'access-key': SMALL_ACCESS_KEY, legacy: SMALL_LEGACY } },
  fast: { cores: 4, secondsOf: { 'access-key': FAST, legacy: FAST } },
}
/** How many commands can run at full speed in parallel. */
export function coresOf(machine: MachineName): number {
  return PROFILES[machine].cores
}

/** How long (ms) the fastest and the slowest command take alone. */
export function commandRangeMs(machine: MachineName): readonly [number, number] {
  const times = Object.values(PROFILES[machine].secondsOf['access-key']).map((seconds) => 1000 * seconds)
  return [Math.min(...times), Math.max(...times)]
}

/** @param command undefined for a call that ends before the command's own work */
export function commandMs(machine: MachineName, kind: CredentialKind, command = 'other'): number {
  const seconds = PROFILES[machine].secondsOf[kind]
  return 1000 * (seconds[command] ?? seconds.other)
}
