import type { Mailbox } from './mailbox.js'

/** Only the holder of a domain lock changes anything in the domain. */
export interface HeldLock {
  /** How long ago (ms) this mailbox may last have been changed; Infinity if unknown. */
  readonly lastForMailboxMsAgo: number
  /** Call it just before the change is sent. Rejects with `StoreUnavailable` if the lock is lost, or if the store can't tell. */
  confirm(): Promise<void>
  /** Keeps the domain locked for `DOUBT_MS` after our work, because the panel may still be at work. */
  leaveInDoubt(): void
}

/** Lets one change at a time into a domain: parallel ones corrupt its login file (docs/hestia.md, hazard 5). */
export interface DomainLocks {
  /**
   * Runs the work while holding the lock of the mailbox's domain. Rejects before that with a `PanelFault` (`panel-busy`) if it
   * doesn't get the lock within `maxWaitMs`, or with `StoreUnavailable`.
   */
  run<Result>(mailbox: Mailbox, maxWaitMs: number, work: (lock: HeldLock) => Promise<Result>): Promise<Result>
}

/** How long (ms) a lock lasts that nobody releases, such as after a crash. */
export const DOUBT_MS = 30_000

/** How long (ms) a mailbox's last lock is remembered: longer than any request takes. */
export const LOCK_MEMORY_MS = 180_000
