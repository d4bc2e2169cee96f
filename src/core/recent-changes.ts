import type { Clock } from './clock.js'
import type { Mailbox } from './mailbox.js'

/** Remembers for a while which mailboxes were changed, so that what may still be out of date is not believed. */
export interface RecentChanges {
  note(mailbox: Mailbox): void
  /** How much longer (ms) what is known of the mailbox may be as it was before a change; 0 if there was none. */
  waitMs(mailbox: Mailbox, lagMs: number): number
}

/** The longest lag that can be asked for. */
const KEEP_MS = 10_000

export function createRecentChanges(clock: Clock): RecentChanges {
  const changedMs = new Map<string, number>()
  return {
    note({ address }) {
      changedMs.delete(address)
      changedMs.set(address, clock.now())
      for (const [oldest, timeMs] of changedMs) {
        if (timeMs > clock.now() - KEEP_MS) break
        changedMs.delete(oldest)
      }
    },

    waitMs({ address }, lagMs) {
      const timeMs = changedMs.get(address)
      return timeMs === undefined ? 0 : Math.max(0, timeMs + lagMs - clock.now())
    },
  }
}
