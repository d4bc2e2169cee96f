import { inTime } from './in-time.js'
import { createLastTurns, newestOfMost } from './senders.js'

/** Does a sender's work when it is its turn, and gives its result; it is refused if that does not come within `maxWaitMs`. */
export type FairTurns = <Result>(
  sender: string,
  maxWaitMs: number,
  work: () => Promise<Result>,
) => Promise<Result>

export interface FairTurnsParts {
  /** How much work is done at once, and how much of one sender. */
  readonly atOnce: number
  readonly ofOneSender: number
  /** How many may wait. If there are more, the newest of the sender with the most is refused. */
  readonly maxWaiting: number
  /** Makes the error that refused work rejects with; it is not done then. */
  readonly refusal: (why: 'full' | 'late') => Error
}

interface Entry {
  readonly sender: string
  begin(): void
  refuse(): void
}

/**
 * Does so many pieces of work at once. The sender whose last turn is longest ago comes next, one who had none before all
 * others; the work of one sender is done in the order of its arrival. So nobody waits for all that another has sent.
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
