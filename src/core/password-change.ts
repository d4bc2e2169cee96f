import type { Attempt, Outcome } from './attempt.js'
import type { CommandRecord } from './panel-port.js'

/** Makes one attempt, handing each call of the panel to `record`; see `changePassword`. */
export type PasswordChange = (attempt: Attempt, record: (entry: CommandRecord) => void) => Promise<Outcome>
