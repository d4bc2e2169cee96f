import type { Mode, Modes } from '../core/attempt.js'
import type { Clock } from '../core/clock.js'
import { PanelFault } from '../core/panel-port.js'
import { type CheckReadiness, type ReadinessFault, rememberReadiness } from '../core/readiness.js'
import type { RunCommand } from './command-runner.js'
import { exitCode } from './exit-codes.js'
import type { KeyGuard } from './key-guard.js'

const COMMANDS_OF_MODE: Record<Mode, readonly string[]> = {
  mailbox: ['v-search-domain-owner', 'v-get-mail-account-value', 'v-change-mail-account-password'],
  account: [
    'v-check-user-password',
    'v-check-user-2fa',
    'v-list-user',
    'v-get-mail-account-value',
    'v-change-mail-account-password',
  ],
}

/** The commands of the panel that the modes need. */
function neededCommands(modes: readonly Mode[]): string[] {
  return [...new Set(modes.flatMap((mode) => COMMANDS_OF_MODE[mode]))]
}

/** Checks that the panel can be reached, takes the key and lets it run every needed command. */
export function createReadinessCheck(
  run: RunCommand,
  keyGuard: KeyGuard,
  modes: Modes,
  clock: Clock,
): CheckReadiness {
  const [first = '', ...others] = neededCommands(modes)
  const checkRemembered = rememberReadiness(check, clock)

  async function check(): Promise<readonly ReadinessFault[]> {
    const fault = await probe(run, first)
    // What is wrong with the connection or the key is wrong for every command: no need to knock again.
    if (fault && fault.code !== 'command-forbidden') return [{ code: fault.code }]
    const faults = [fault, ...(await Promise.all(others.map((command) => probe(run, command))))]
    return faults.filter((entry) => entry !== undefined)
  }

  return async function checkReadiness() {
    // Known without asking, and maybe younger than what was last answered.
    if (keyGuard.isResting()) return [{ code: 'key-refused' }]
    return checkRemembered()
  }
}

/**
 * A permitted command called without arguments answers E_ARGS and changes nothing (panel README, «Reading the
 * answer»). The output is asked for since only its words tell the kinds of refusal apart.
 */
async function probe(run: RunCommand, command: string): Promise<ReadinessFault | undefined> {
  try {
    const answer = await run({ name: command, args: [], asked: 'output', repeatable: true }, () => undefined)
    return answer.exitCode === exitCode.E_ARGS ? undefined : { code: 'panel-failed', command }
  } catch (error) {
    if (error instanceof PanelFault) return { code: error.reason, command }
    throw error
  }
}
