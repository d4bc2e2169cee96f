import type { Attempt } from '../core/attempt.js'
import type { CommandRecord, EnterPanel } from '../core/panel-port.js'

/** What a caller's commands of the panel go through. */
export type EnterFor = (
  attempt: Pick<Attempt, 'mailbox' | 'clientAddress' | 'deadline' | 'hungUp'>,
  record: (entry: CommandRecord) => void,
) => EnterPanel
