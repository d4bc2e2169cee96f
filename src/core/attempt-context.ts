import type { Answer } from './answer.js'
import type { Proof } from './attempt.js'
import type { CommandRecord } from './panel-port.js'

/** What is known of an attempt while it is answered. */
export interface AttemptContext {
  readonly requestId: string
  /** By the service's clock. */
  readonly arrivedMs: number
  /** When the caller began to wait: before it arrived, if a proxy says so. */
  readonly startedMs: number
  /** The person's, in the form of `parseClientAddress`. */
  clientAddress: string
  /** The name of the client that calls on the person's behalf. */
  client?: string
  readonly commands: CommandRecord[]
  /** Whether this is an attempt that has left no line in the log yet. */
  awaitsLog: boolean
  /** Filled in when the submission was read. */
  /** `recovery`: by a link. */
  proof?: Proof | 'recovery'
  mailbox?: string
  account?: string
}

/** What an attempt leaves when it has ended. The audit log and the metrics are both fed from it. */
export interface AttemptRecord {
  readonly context: Readonly<AttemptContext>
  readonly answer: Answer
  /** From its arrival to its answer. */
  readonly durationMs: number
}

/** Told once of each attempt, when it has ended; never fails. */
export type RecordAttempt = (record: AttemptRecord) => void
