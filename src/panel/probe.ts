import type { Deadline } from '../core/deadline.js'
import { PanelFault } from '../core/panel-port.js'
import type { ReadinessFault } from '../core/readiness.js'
import type { Command, RunCommand } from './command-runner.js'
import { exitCode } from './exit-codes.js'

/**
 * Tells why a command can't be run, undefined if it can: a permitted command called without arguments answers E_ARGS
 * and changes nothing (panel README, «Reading the answer»). The output is asked for since only its words tell the kinds
 * of refusal apart.
 */
export async function probe(
  run: RunCommand,
  name: string,
  deadline: Deadline,
): Promise<ReadinessFault | undefined> {
  try {
    const command: Command = { name, args: [], asked: 'output', repeatable: true, deadline }
    const answer = await run(command, () => undefined)
    return answer.exitCode === exitCode.E_ARGS ? undefined : { code: 'panel-failed', command: name }
  } catch (error) {
    if (error instanceof PanelFault) return { code: error.reason, command: name }
    throw error
  }
}
