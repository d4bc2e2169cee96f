import type { Answer } from './answer.js'
import type { Proof } from './attempt.js'
import type { CommandRecord } from './panel-port.js'

/** What is known about an attempt while it's being answered. */
export interface AttemptContext {
  readonly requestId: string
  /** By the service's clock. */
  readonly arrivedMs: number
  /** When the caller began to wait, which may be earlier if a proxy says so. */
  readonly startedMs: number
  /** The person's address, in the form of `parseClientAddress`. */
  clientAddress: string
  /** The client that sent the attempt for the person. */
  client?: string
  readonly commands: CommandRecord[]
  /** Whether the attempt still needs its line in the log. */
  awaitsLog: boolean
  /** Set once the submission has been read. */
  /** `recovery`: by a recovery link. */
  proof?: Proof | 'recovery'
  mailbox?: string
  account?: string
}

/** A finished attempt, for the audit log and the metrics. */
export interface AttemptRecord {
  readonly context: Readonly<AttemptContext>
  readonly answer: Answer
  /** From arrival to answer. */
  readonly durationMs: number
}

/** Called once for each finished attempt. Never fails. */
export type RecordAttempt = (record: AttemptRecord) => void
