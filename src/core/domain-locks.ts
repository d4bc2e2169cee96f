import type { Mailbox } from './mailbox.js'

/** One's turn to change something in a domain. */
export interface Turn {
  /** How long ago (ms) somebody may last have changed this very mailbox; Infinity where nobody is known to have. */
  readonly lastForMailboxMsAgo: number
  /**
   * Makes sure that the turn is still ours; to be called just before the change is sent. Rejects with
   * `StoreUnavailable` if it is not, or if that can't be told.
   */
  confirm(): Promise<void>
  /** The panel may still be at work when ours has ended: nobody is let in for `DOUBT_MS` then. */
  leaveInDoubt(): void
}

/** Lets one change at a time into a domain: two at once corrupt its login file (docs/hestia.md, hazard 5). */
export interface DomainLocks {
  /**
   * Runs the work once it has its turn in the mailbox's domain, and gives its result. Rejects before it has run with a
   * `PanelFault` (`panel-busy`) if its turn does not come within `maxWaitMs`, or with `StoreUnavailable`.
   */
  run<Result>(mailbox: Mailbox, maxWaitMs: number, work: (turn: Turn) => Promise<Result>): Promise<Result>
}

/** For how long (ms) a domain stays closed after a turn that nobody saw the end of, such as that of a crashed instance. */
export const DOUBT_MS = 30_000

/** For how long (ms) the last turn for a mailbox is remembered: longer than any request takes. */
export const TURN_MEMORY_MS = 180_000
