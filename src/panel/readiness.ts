import type { Mode, Modes } from '../core/attempt.js'
import type { Clock } from '../core/clock.js'
import { createDeadline, type Deadline } from '../core/deadline.js'
import { PanelFault } from '../core/panel-port.js'
import { type CheckReadiness, type ReadinessFault, rememberReadiness } from '../core/readiness.js'
import type { Command, RunCommand } from './command-runner.js'
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

/**
 * Checks that the panel can be reached, takes the key and lets it run every needed command.
 *
 * @param timeoutMs for each command, waiting for its turn included
 */
export function createReadinessCheck(
  run: RunCommand,
  keyGuard: KeyGuard,
  modes: Modes,
  timeoutMs: number,
  clock: Clock,
): CheckReadiness {
  const [first = '', ...others] = neededCommands(modes)
  const checkRemembered = rememberReadiness(check, clock)

  async function check(): Promise<readonly ReadinessFault[]> {
    const ask = (command: string) => probe(run, command, createDeadline(timeoutMs, clock))
    const fault = await ask(first)
    // What is wrong with the connection or the key is wrong for every command: no need to knock again.
    if (fault && fault.code !== 'command-forbidden') return [{ code: fault.code }]
    const faults = [fault, ...(await Promise.all(others.map(ask)))]
    return faults.filter((entry) => entry !== undefined)
  }

  return async function checkReadiness() {
    // Known without asking, and maybe younger than what was last answered.
    if (await keyGuard.isResting()) return [{ code: 'key-refused' }]
    return checkRemembered()
  }
}

/**
 * A permitted command called without arguments answers E_ARGS and changes nothing (panel README, «Reading the
 * answer»). The output is asked for since only its words tell the kinds of refusal apart.
 */
async function probe(run: RunCommand, name: string, deadline: Deadline): Promise<ReadinessFault | undefined> {
  try {
    const command: Command = { name, args: [], asked: 'output', repeatable: true, deadline }
    const answer = await run(command, () => undefined)
    return answer.exitCode === exitCode.E_ARGS ? undefined : { code: 'panel-failed', command: name }
  } catch (error) {
    if (error instanceof PanelFault) return { code: error.reason, command: name }
    throw error
  }
}
