import type { LastTurns } from '../lib/senders.js'

/** An attempt in the panel's queue. */
export interface QueuedAttempt {
  /** In the order of arrival. */
  readonly number: number
  readonly sender: string
  readonly domain: string
  /** The commands that it still takes, in order. */
  plan: string[]
  /** Whether it comes after all others, as long as it has not begun. */
  readonly isLast: boolean
  /** Whether it takes none of the panel's time before it is proven. */
  readonly isProvenElsewhere: boolean
  isProven: boolean
  /** When its first command had its turn; undefined as long as none had. */
  turnMs?: number
  /** Why it has left; undefined as long as it is here. */
  left?: string
}

export function hasBegun({ turnMs }: QueuedAttempt): boolean {
  return turnMs !== undefined
}

/** Whose turn it is, among these attempts as they are when asked. */
export interface AttemptOrder {
  /** The entry whose attempt comes first; undefined if none may have its turn. */
  first<Entry extends { readonly attempt: QueuedAttempt | undefined }>(
    entries: Iterable<Entry>,
  ): Entry | undefined
  /** Whether an attempt must wait until another one of its sender is proven or has left. */
  mustWaitForOwn(attempt: QueuedAttempt): boolean
}

/**
 * Attempts that were proven go first; then those that have begun; then the others, in turns between their senders, of each of
 * which one is proven at a time, and within that in the order of their arrival. A sender who had no turn lately comes before
 * those who had. After them come those that are to be last, and then what nobody waits for, which is no attempt's.
 */
export function createAttemptOrder(attempts: Iterable<QueuedAttempt>, lastTurns: LastTurns): AttemptOrder {
  /** Lower goes first; undefined while its sender has another attempt that is being proven. */
  function rankOf(
    attempt: QueuedAttempt | undefined,
    busy: ReadonlySet<string>,
  ): readonly number[] | undefined {
    if (!attempt) return [4, 0, 0]
    if (attempt.isProven) return [0, 0, attempt.number]
    if (hasBegun(attempt)) return [1, 0, attempt.number]
    if (busy.has(attempt.sender)) return undefined
    return [attempt.isLast ? 3 : 2, lastTurns.of(attempt.sender), attempt.number]
  }

  /** Senders of which an attempt is being proven. */
  function busySenders(): ReadonlySet<string> {
    const begun = [...attempts].filter((attempt) => hasBegun(attempt) && !attempt.isProven)
    return new Set(begun.map(({ sender }) => sender))
  }

  return {
    first<Entry extends { readonly attempt: QueuedAttempt | undefined }>(entries: Iterable<Entry>) {
      const busy = busySenders()
      let best: { readonly entry: Entry; readonly rank: readonly number[] } | undefined
      for (const entry of entries) {
        const rank = rankOf(entry.attempt, busy)
        if (rank && (!best || isBefore(rank, best.rank))) best = { entry, rank }
      }
      return best?.entry
    },

    mustWaitForOwn: (attempt) => rankOf(attempt, busySenders()) === undefined,
  }
}

function isBefore(one: readonly number[], other: readonly number[]): boolean {
  for (const [index, rank] of one.entries()) {
    const difference = rank - (other[index] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
