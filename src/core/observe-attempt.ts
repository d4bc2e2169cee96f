import type { Mode } from './attempt.js'
import type { CommandRecord } from './panel-port.js'

/** What of an attempt may be counted: nothing of who made it, nor of what they typed. */
export interface ObservedAttempt {
  /** The code of its answer. */
  readonly code: string
  /** Undefined where the submission was not read. */
  readonly mode: Mode | undefined
  /** The name of the limit that turned it away. */
  readonly limit: string | undefined
  /** From its arrival to its answer. */
  readonly durationMs: number
  readonly commands: readonly CommandRecord[]
}

/** Told of each attempt when it has ended, for whoever counts them; never fails. */
export type ObserveAttempt = (attempt: ObservedAttempt) => void
