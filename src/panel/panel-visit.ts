import type { Attempt } from '../core/attempt.js'
import type { CommandRecord, EnterPanel, PanelCommand } from '../core/panel-port.js'
import type { Clock } from '../lib/clock.js'
import { commandNames } from './command-names.js'
import type { CommandRunner } from './command-runner.js'
import { createPanel } from './commands.js'

/** Puts one attempt in the queue and returns the panel's commands. Each call is passed to `record`. */
export function createPanelEntrance(
  enter: CommandRunner['enter'],
  {
    mailbox: { domain },
    clientAddress,
    deadline,
    hungUp,
  }: Pick<Attempt, 'mailbox' | 'clientAddress' | 'deadline' | 'hungUp'>,
  record: (entry: CommandRecord) => void,
  clock: Clock,
): EnterPanel {
  return function enterPanel(plan, isProvenElsewhere) {
    // A domain without a remembered owner may be made up.
    const isLast = plan[0] === 'find-owner'
    const turn = enter({
      clientAddress,
      domain,
      deadline,
      hungUp,
      plan: namesOf(plan),
      isLast,
      isProvenElsewhere,
    })
    const { prove, hasRoom, isAway, takeTurn, leave } = turn
    return {
      ...createPanel(turn.run, deadline, record, clock),
      prove,
      hasRoom,
      isAway,
      takeTurn,
      leave,
      expectedMs: (commands) => turn.expectedMs(namesOf(commands)),
      meanMs: (commands) => turn.meanMs(namesOf(commands)),
    }
  }
}

function namesOf(commands: readonly PanelCommand[]): string[] {
  return commands.map((command) => commandNames[command])
}
