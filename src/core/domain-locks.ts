import type { Mailbox } from './mailbox.js'

/** A held domain lock: only its holder changes anything in the domain. */
export interface HeldLock {
  /** How long ago (ms) this mailbox may last have been changed. Infinity if no change is known. */
  readonly lastForMailboxMsAgo: number
  /**
   * Makes sure that the lock is still ours. Call it just before the change is sent. Rejects with `StoreUnavailable` if the lock
   * is lost, or if the store can't tell.
   */
  confirm(): Promise<void>
  /** Keeps the domain locked for `DOUBT_MS` after our work has ended, because the panel may still be at work. */
  leaveInDoubt(): void
}

/** Lets one change at a time into a domain: parallel ones corrupt its login file (docs/hestia.md, hazard 5). */
export interface DomainLocks {
  /**
   * Runs the work once it holds the lock of the mailbox's domain, and returns its result. Rejects before the work runs: with a
   * `PanelFault` (`panel-busy`) if it doesn't get the lock within `maxWaitMs`, or with `StoreUnavailable`.
   */
  run<Result>(mailbox: Mailbox, maxWaitMs: number, work: (lock: HeldLock) => Promise<Result>): Promise<Result>
}

/** How long (ms) a domain stays locked if nobody releases the lock, such as after a crash. */
export const DOUBT_MS = 30_000

/** How long (ms) the last lock for a mailbox is remembered: longer than any request takes. */
export const LOCK_MEMORY_MS = 180_000
