import { PanelFault } from '../core/panel-port.js'
import type { ReadinessFault } from '../core/readiness.js'
import type { Deadline } from '../lib/deadline.js'
import { commandNames } from './command-names.js'
import type { Command, RunCommand } from './command-runner.js'
import { exitCode } from './exit-codes.js'
import { exactPattern, isPatternRefused, PATTERN_REFUSED } from './mailbox-patterns.js'

/** A mailbox that can't exist (RFC 6761, section 6.4: `invalid`), whose name has a dot. */
const NO_MAILBOX = ['rekey', 'rekey.invalid', exactPattern('no.such.mailbox'), 'account']

/**
 * Tells why a command can't be run, undefined if it can: a permitted command called without arguments answers E_ARGS
 * and changes nothing (docs/hestia.md, "Keys and bans"). The one that takes patterns is asked whether it still does.
 * The output is asked for since only its words tell the kinds of refusal apart.
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
