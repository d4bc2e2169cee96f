import { inTime } from './in-time.js'

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

/** Of how many senders it is remembered when they had a turn. */
const MAX_SENDERS = 10_000

/**
 * Does so many pieces of work at once. The sender whose last turn is longest ago comes next, one who had none before all
 * others; the work of one sender is done in the order of its arrival. So nobody waits for all that another has sent.
 */
export function createFairTurns({ atOnce, ofOneSender, maxWaiting, refusal }: FairTurnsParts): FairTurns {
  const waiting = new Set<Entry>()
  /** The number of each sender's last turn, the least recent first. */
  const lastTurns = new Map<string, number>()
  const underWay = new Set<Entry>()
  let turns = 0

  function next(): Entry | undefined {
    let first: Entry | undefined
    for (const entry of waiting) {
      const ofSender = [...underWay].filter(({ sender }) => sender === entry.sender).length
      if (ofSender < ofOneSender && (!first || lastTurnOf(entry) < lastTurnOf(first))) first = entry
    }
    return first
  }

  function lastTurnOf({ sender }: Entry): number {
    return lastTurns.get(sender) ?? 0
  }

  function startNext(): void {
    const entry = underWay.size < atOnce ? next() : undefined
    if (!entry) return
    underWay.add(entry)
    waiting.delete(entry)
    turns += 1
    lastTurns.delete(entry.sender)
    lastTurns.set(entry.sender, turns)
    const [oldest] = lastTurns.keys()
    if (lastTurns.size > MAX_SENDERS && oldest !== undefined) lastTurns.delete(oldest)
    entry.begin()
  }

  function refuseOne(): void {
    const counts = new Map<string, number>()
    let most: Entry | undefined
    for (const entry of waiting) {
      const count = (counts.get(entry.sender) ?? 0) + 1
      counts.set(entry.sender, count)
      if (!most || count >= (counts.get(most.sender) ?? 0)) most = entry
    }
    if (!most) return
    waiting.delete(most)
    most.refuse()
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
