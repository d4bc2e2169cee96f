import { inTime } from './in-time.js'

/** Does a sender's work when it is its turn, and gives its result. */
export type FairTurns = <Result>(sender: string, work: () => Promise<Result>) => Promise<Result>

export interface FairTurnsParts {
  /** How many may wait. If there are more, the newest of the sender with the most is refused. */
  readonly maxWaiting: number
  readonly maxWaitMs: number
  /** Makes the error that refused work rejects with; it is not done then. */
  readonly refusal: () => Error
}

interface Entry {
  readonly sender: string
  begin(): void
  refuse(): void
}

/** Of how many senders it is remembered when they had a turn. */
const MAX_SENDERS = 10_000

/**
 * Does one piece of work at a time. The sender whose last turn is longest ago comes next, one who had none before all
 * others; the work of one sender is done in the order of its arrival. So nobody waits for all that another has sent.
 */
export function createFairTurns({ maxWaiting, maxWaitMs, refusal }: FairTurnsParts): FairTurns {
  const waiting = new Set<Entry>()
  /** The number of each sender's last turn, the least recent first. */
  const lastTurns = new Map<string, number>()
  let turns = 0
  let current: Entry | undefined

  function next(): Entry | undefined {
    let first: Entry | undefined
    for (const entry of waiting) if (!first || lastTurnOf(entry) < lastTurnOf(first)) first = entry
    return first
  }

  function lastTurnOf({ sender }: Entry): number {
    return lastTurns.get(sender) ?? 0
  }

  function startNext(): void {
    const entry = current ? undefined : next()
    if (!entry) return
    current = entry
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

  return async function takeTurn(sender, work) {
    let entry: Entry | undefined
    const turn = new Promise<void>((begin, reject) => {
      entry = { sender, begin, refuse: () => reject(refusal()) }
      waiting.add(entry)
    })
    startNext()
    if (waiting.size > maxWaiting) refuseOne()
    try {
      await inTime(turn, maxWaitMs, refusal)
      return await work()
    } finally {
      if (entry) waiting.delete(entry)
      if (current === entry) current = undefined
      startNext()
    }
  }
}
