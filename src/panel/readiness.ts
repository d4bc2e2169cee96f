import type { Proofs } from '../core/attempt.js'
import { type CheckReadiness, type ReadinessFault, rememberReadiness } from '../core/readiness.js'
import type { Clock } from '../lib/clock.js'
import { createDeadline } from '../lib/deadline.js'
import type { RunCommand } from './command-runner.js'
import type { KeyGuard } from './key-guard.js'
import { neededCommands } from './needed-commands.js'
import { probe } from './probe.js'

const OF_ONE_COMMAND: readonly string[] = ['command-forbidden', 'command-untried']

/**
 * Checks that the panel can be reached, takes the key and lets it run every needed command.
 *
 * @param timeoutMs for each command, waiting for its turn included
 */
export function createReadinessCheck(
  run: RunCommand,
  keyGuard: KeyGuard,
  proofs: Proofs,
  timeoutMs: number,
  clock: Clock,
): CheckReadiness {
  const [first = '', ...others] = neededCommands(proofs)
  const checkRemembered = rememberReadiness(check, clock)

  async function check(): Promise<readonly ReadinessFault[]> {
    const ask = (command: string) => probe(run, command, createDeadline(timeoutMs, clock))
    const fault = await ask(first)
    // What is wrong with the connection or the key is wrong for every command: no need to ask again.
    if (fault && !OF_ONE_COMMAND.includes(fault.code)) return [{ code: fault.code }]
    const faults = [fault, ...(await Promise.all(others.map(ask)))]
    return faults.filter((entry) => entry !== undefined)
  }

  return async function checkReadiness() {
    // Known without asking, and maybe younger than what was last answered.
    if (await keyGuard.isCoolingDown()) return [{ code: 'key-refused' }]
    return checkRemembered()
  }
}
