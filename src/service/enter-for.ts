import type { Attempt } from '../core/attempt.js'
import type { CommandRecord, EnterPanel } from '../core/panel-port.js'

/** Makes the entrance through which an attempt's panel commands go. */
export type EnterFor = (
  attempt: Pick<Attempt, 'mailbox' | 'clientAddress' | 'deadline' | 'hungUp'>,
  record: (entry: CommandRecord) => void,
) => EnterPanel
