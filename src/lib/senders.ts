import { setBounded } from './set-bounded.js'

/** Remembers when each sender had its last turn. */
export interface LastTurns {
  /** The number of the sender's last turn. A lower number is longer ago; 0 means none is remembered. */
  of(sender: string): number
  /** Records a turn for the sender. */
  give(sender: string): void
}

const MAX_SENDERS = 10_000

/** @param memoryMs how long turns are remembered, by `nowMs` */
export function createLastTurns(
  memoryMs = Number.POSITIVE_INFINITY,
  nowMs: () => number = () => 0,
): LastTurns {
  const turns = new Map<string, { readonly number: number; readonly atMs: number }>()
  let count = 0
  return {
    of(sender) {
      const turn = turns.get(sender)
      return turn && turn.atMs + memoryMs >= nowMs() ? turn.number : 0
    },

    give(sender) {
      count += 1
      setBounded(turns, sender, { number: count, atMs: nowMs() }, MAX_SENDERS)
    },
  }
}

/** The newest entry of the sender with the most entries: the one to drop if too many wait. */
export function newestOfMost<Entry>(
  entries: Iterable<Entry>,
  senderOf: (entry: Entry) => string | undefined,
): Entry | undefined {
  const counts = new Map<string | undefined, number>()
  let most: { readonly entry: Entry; readonly sender: string | undefined } | undefined
  for (const entry of entries) {
    const sender = senderOf(entry)
    const count = (counts.get(sender) ?? 0) + 1
    counts.set(sender, count)
    if (!most || count >= (counts.get(most.sender) ?? 0)) most = { entry, sender }
  }
  return most?.entry
}
