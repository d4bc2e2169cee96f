import type { Modes } from '../core/attempt.js'
import type { Clock } from '../core/clock.js'
import { createDeadline } from '../core/deadline.js'
import { type CheckReadiness, type ReadinessFault, rememberReadiness } from '../core/readiness.js'
import type { RunCommand } from './command-runner.js'
import type { KeyGuard } from './key-guard.js'
import { neededCommands } from './needed-commands.js'
import { probe } from './probe.js'

/** What may be wrong with one command, and not with others. */
const OF_ONE_COMMAND: ReadonlySet<string> = new Set(['command-forbidden', 'command-untried', 'panel-failed'])

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
  const needed = neededCommands(modes)
  const checkRemembered = rememberReadiness(check, clock)
  let wasReady = false

  async function check(): Promise<readonly ReadinessFault[]> {
    const faults: ReadinessFault[] = []
    for (const commands of inSteps(needed, wasReady)) {
      const found = await Promise.all(commands.map(ask))
      for (const fault of found) {
        if (!fault) continue
        // What is wrong with the connection or the key is wrong for every command: no need to knock again.
        if (!OF_ONE_COMMAND.has(fault.code)) return [{ code: fault.code }]
        faults.push(fault)
      }
    }
    wasReady = faults.length === 0
    return faults
  }

  function ask(command: string): Promise<ReadinessFault | undefined> {
    return probe(run, command, createDeadline(timeoutMs, clock))
  }

  return async function checkReadiness() {
    // Known without asking, and maybe younger than what was last answered.
    if (await keyGuard.isResting()) return [{ code: 'key-refused' }]
    return checkRemembered()
  }
}

/** One after the other, so that a key that may not run several is refused once; where it might, the first and then all. */
function inSteps(commands: readonly string[], wereAllPermitted: boolean): readonly (readonly string[])[] {
  return wereAllPermitted ? [commands.slice(0, 1), commands.slice(1)] : commands.map((command) => [command])
}
