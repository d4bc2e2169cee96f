import { inTime } from './in-time.js'
import { createLastTurns, newestOfMost } from './senders.js'

/** Runs a sender's work when it is its turn. Refuses it if that takes longer than `maxWaitMs`. */
export type FairTurns = <Result>(
  sender: string,
  maxWaitMs: number,
  work: () => Promise<Result>,
) => Promise<Result>

export interface FairTurnsParts {
  /** How many pieces of work run at once: in total, and for one sender. */
  readonly atOnce: number
  readonly ofOneSender: number
  /** How many may wait. Above that, the sender with the most waiting loses its newest. */
  readonly maxWaiting: number
  /** Makes the error for refused work, which isn't run. */
  readonly refusal: (why: 'full' | 'late') => Error
}

interface Entry {
  readonly sender: string
  begin(): void
  refuse(): void
}

/**
 * Limits how much work runs at once, and shares the turns between senders so that no sender has to wait for all of another's
 * work. The sender whose last turn was longest ago is next; a sender without a turn yet comes first. One sender's work runs in
 * order of arrival.
 */
export function createFairTurns({ atOnce, ofOneSender, maxWaiting, refusal }: FairTurnsParts): FairTurns {
  const waiting = new Set<Entry>()
  const lastTurns = createLastTurns()
  const underWay = new Set<Entry>()

  function next(): Entry | undefined {
    let first: Entry | undefined
    for (const entry of waiting) {
      const ofSender = [...underWay].filter(({ sender }) => sender === entry.sender).length
      if (ofSender < ofOneSender && (!first || lastTurns.of(entry.sender) < lastTurns.of(first.sender)))
        first = entry
    }
    return first
  }

  function startNext(): void {
    const entry = underWay.size < atOnce ? next() : undefined
    if (!entry) return
    underWay.add(entry)
    waiting.delete(entry)
    lastTurns.give(entry.sender)
    entry.begin()
  }

  function refuseOne(): void {
    const entry = newestOfMost(waiting, ({ sender }) => sender)
    if (!entry) return
    waiting.delete(entry)
    entry.refuse()
  }

  return async function takeTurn(sender, maxWaitMs, work) {
    let entry: Entry | undefined
    const turn = new Promise<void>((begin, reject) => {
      entry = { sender, begin, refuse: () => reject(refusal('full')) }
      waiting.add(entry)
    })
    startNext()
    if (waiting.size > maxWaiting) refuseOne()
    try {
      await inTime(turn, maxWaitMs, () => refusal('late'))
      return await work()
    } finally {
      if (entry) {
        waiting.delete(entry)
        underWay.delete(entry)
      }
      startNext()
    }
  }
}
