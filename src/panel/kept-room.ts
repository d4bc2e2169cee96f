import type { Clock } from '../lib/clock.js'

/**
 * How long (ms) an attempt keeps its room between two commands, while its password's hash is being checked. Otherwise each change
 * would wait for someone else's proof.
 */
const KEEP_MS = 250

/** Room for attempts that are about to send their next command. Unproven ones can't take it. */
export interface KeptRoom<Attempt> {
  /** Keeps room for `KEEP_MS`. */
  keep(attempt: Attempt): void
  /** Gives the room up. */
  release(attempt: Attempt): void
  /** How much room is kept for other attempts. */
  forOthers(attempt: Attempt | undefined): number
}

/** @param onFree called when the time has run out and the room is free */
export function createKeptRoom<Attempt>(clock: Clock, onFree: () => void): KeptRoom<Attempt> {
  const kept = new Map<Attempt, { readonly untilMs: number; readonly timer: NodeJS.Timeout }>()

  function release(attempt: Attempt): void {
    clearTimeout(kept.get(attempt)?.timer)
    kept.delete(attempt)
  }

  return {
    keep(attempt) {
      release(attempt)
      const timer = setTimeout(() => {
        release(attempt)
        onFree()
      }, KEEP_MS)
      kept.set(attempt, { untilMs: clock.now() + KEEP_MS, timer })
    },

    release,

    forOthers(attempt) {
      for (const [holder, { untilMs }] of kept) if (untilMs <= clock.now()) release(holder)
      return kept.size - (attempt !== undefined && kept.has(attempt) ? 1 : 0)
    },
  }
}
