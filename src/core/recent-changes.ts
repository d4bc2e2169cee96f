import type { Clock } from './clock.js'
import type { Mailbox } from './mailbox.js'

/** Remembers which mailboxes were changed a moment ago, so that what may still be out of date is not believed. */
export interface RecentChanges {
  note(mailbox: Mailbox): void
  /** How much longer (ms) what is known of the mailbox may be as it was before a change; 0 if there was none. */
  waitMs(mailbox: Mailbox): number
}

/** @param lagMs for how long after a change what is known may be out of date */
export function createRecentChanges(lagMs: number, clock: Clock): RecentChanges {
  const untilMs = new Map<string, number>()
  return {
    note({ address }) {
      untilMs.delete(address)
      untilMs.set(address, clock.now() + lagMs)
      for (const [oldest, timeMs] of untilMs) {
        if (timeMs > clock.now()) break
        untilMs.delete(oldest)
      }
    },

    waitMs: ({ address }) => Math.max(0, (untilMs.get(address) ?? 0) - clock.now()),
  }
}
