import { PanelFault } from '../core/panel-port.js'
import type { ReadinessFault } from '../core/readiness.js'
import type { Deadline } from '../lib/deadline.js'
import { commandNames } from './command-names.js'
import type { Command, RunCommand } from './command-runner.js'
import { exitCode } from './exit-codes.js'
import { exactPattern, isPatternRefused, PATTERN_REFUSED } from './mailbox-patterns.js'

/** A mailbox that can't exist (RFC 6761, section 6.4: `invalid`), with dots in its name. */
const NO_MAILBOX = ['rekey', 'rekey.invalid', exactPattern('no.such.mailbox'), 'account']

/**
 * Returns why a command can't be run, or undefined. A permitted command without arguments answers E_ARGS and changes nothing
 * (docs/hestia.md, "Keys and bans"). The one that takes patterns is sent a pattern. Asks for the output: only its words tell the
 * kinds of refusal apart.
 */
export async function probe(
  run: RunCommand,
  name: string,
  deadline: Deadline,
): Promise<ReadinessFault | undefined> {
  const [args, expected] =
    name === commandNames['read-mailbox'] ? [NO_MAILBOX, exitCode.E_NOTEXIST] : [[], exitCode.E_ARGS]
  try {
    const command: Command = { name, args, asked: 'output', repeatable: true, deadline }
    const answer = await run(command, () => undefined)
    if (isPatternRefused(answer)) return { code: PATTERN_REFUSED, command: name }
    return answer.exitCode === expected ? undefined : { code: 'panel-failed', command: name }
  } catch (error) {
    if (error instanceof PanelFault) return { code: error.reason, command: name }
    throw error
  }
}
