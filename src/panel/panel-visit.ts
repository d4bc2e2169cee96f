import type { Attempt } from '../core/attempt.js'
import type { CommandRecord, EnterPanel, PanelCommand } from '../core/panel-port.js'
import type { Clock } from '../lib/clock.js'
import { commandNames } from './command-names.js'
import type { CommandRunner } from './command-runner.js'
import { createPanel } from './commands.js'

/** Lets one attempt into the queue, and gives it the panel's commands; each call is handed to `record`. */
export function createPanelEntrance(
  enter: CommandRunner['enter'],
  { clientAddress, deadline, hungUp }: Pick<Attempt, 'clientAddress' | 'deadline' | 'hungUp'>,
  record: (entry: CommandRecord) => void,
  clock: Clock,
): EnterPanel {
  return function enterPanel(plan) {
    const { run, expectedMs, prove, hasRoom, leave } = enter({
      clientAddress,
      deadline,
      hungUp,
      plan: namesOf(plan),
    })
    return {
      ...createPanel(run, deadline, record, clock),
      prove,
      hasRoom,
      leave,
      expectedMs: (commands) => expectedMs(namesOf(commands)),
    }
  }
}

function namesOf(commands: readonly PanelCommand[]): string[] {
  return commands.map((command) => commandNames[command])
}
