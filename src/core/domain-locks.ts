import type { Mailbox } from './mailbox.js'

/** A domain lock that is held: nobody but its holder changes anything in the domain. */
export interface HeldLock {
  /** How long ago (ms) somebody may last have changed this very mailbox; Infinity where nobody is known to have. */
  readonly lastForMailboxMsAgo: number
  /**
   * Makes sure that the lock is still ours; to be called just before the change is sent. Rejects with
   * `StoreUnavailable` if it is not, or if that can't be told.
   */
  confirm(): Promise<void>
  /** The panel may still be at work when ours has ended: nobody is let in for `DOUBT_MS` then. */
  leaveInDoubt(): void
}

/** Lets one change at a time into a domain: two at once corrupt its login file (docs/hestia.md, hazard 5). */
export interface DomainLocks {
  /**
   * Runs the work once it holds the lock of the mailbox's domain, and gives its result. Rejects before it has run with a
   * `PanelFault` (`panel-busy`) if it does not get it within `maxWaitMs`, or with `StoreUnavailable`.
   */
  run<Result>(mailbox: Mailbox, maxWaitMs: number, work: (lock: HeldLock) => Promise<Result>): Promise<Result>
}

/** For how long (ms) a domain stays closed after a lock that nobody released, such as that of a crashed instance. */
export const DOUBT_MS = 30_000

/** For how long (ms) the last lock for a mailbox is remembered: longer than any request takes. */
export const LOCK_MEMORY_MS = 180_000
