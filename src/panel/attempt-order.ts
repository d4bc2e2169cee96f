import type { LastTurns } from '../lib/senders.js'

/** An attempt in the panel's queue. */
export interface QueuedAttempt {
  /** In order of arrival. */
  readonly number: number
  readonly sender: string
  readonly domain: string
  /** The commands that it still needs, in order. */
  plan: string[]
  /** Whether it comes after all others until it has begun. */
  readonly isLast: boolean
  /** Whether it needs no panel command before it's proven. */
  readonly isProvenElsewhere: boolean
  isProven: boolean
  /** When its first command got its turn, if it did. */
  turnMs?: number
  /** Why it left the queue, if it did. */
  left?: string
}

export function hasBegun({ turnMs }: QueuedAttempt): boolean {
  return turnMs !== undefined
}

/** Decides whose turn it is, from the attempts as they are now. */
export interface AttemptOrder {
  /** The entry whose attempt comes first. Undefined if none may have a turn. */
  first<Entry extends { readonly attempt: QueuedAttempt | undefined }>(
    entries: Iterable<Entry>,
  ): Entry | undefined
  /** Whether another attempt of its sender must be proven or leave first. */
  mustWaitForOwn(attempt: QueuedAttempt): boolean
}

/** Lower goes first; the first difference decides. */
type Rank = readonly [number, number, number]

/**
 * The order of attempts:
 * 1. proven ones
 * 2. those that have begun
 * 3. others, one per sender at a time. Senders take turns; one without a recent turn comes first.
 * 4. those that come last (`isLast`), in the same way
 * 5. background work, which isn't part of an attempt
 */
export function createAttemptOrder(attempts: Iterable<QueuedAttempt>, lastTurns: LastTurns): AttemptOrder {
  /** Undefined while another attempt of the sender is being proven. */
  function rankOf(attempt: QueuedAttempt | undefined, busy: ReadonlySet<string>): Rank | undefined {
    if (!attempt) return [4, 0, 0]
    if (attempt.isProven) return [0, 0, attempt.number]
    if (hasBegun(attempt)) return [1, 0, attempt.number]
    if (busy.has(attempt.sender)) return undefined
    return [attempt.isLast ? 3 : 2, lastTurns.of(attempt.sender), attempt.number]
  }

  /** Senders with an attempt that is being proven. */
  function busySenders(): ReadonlySet<string> {
    const busy = new Set<string>()
    for (const attempt of attempts) if (hasBegun(attempt) && !attempt.isProven) busy.add(attempt.sender)
    return busy
  }

  return {
    first<Entry extends { readonly attempt: QueuedAttempt | undefined }>(entries: Iterable<Entry>) {
      const busy = busySenders()
      let best: { readonly entry: Entry; readonly rank: Rank } | undefined
      for (const entry of entries) {
        const rank = rankOf(entry.attempt, busy)
        if (rank && (!best || isBefore(rank, best.rank))) best = { entry, rank }
      }
      return best?.entry
    },

    mustWaitForOwn: (attempt) => rankOf(attempt, busySenders()) === undefined,
  }
}

function isBefore(one: Rank, other: Rank): boolean {
  return (one[0] - other[0] || one[1] - other[1] || one[2] - other[2]) < 0
}
