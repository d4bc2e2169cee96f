import type { Clock } from '../lib/clock.js'

/**
 * For so long (ms) an attempt whose command was answered keeps its room for the next one, against attempts that are not proven:
 * its password's hash is being checked. Otherwise each change would wait for somebody else's proof.
 */
const KEEP_MS = 250

/** Room at the panel that is kept for attempts which are about to send their next command. */
export interface KeptRoom<Attempt> {
  /** Keeps room for an attempt, for a while. */
  keep(attempt: Attempt): void
  /** Keeps it no longer. */
  release(attempt: Attempt): void
  /** How much is kept for others than this one. */
  forOthers(attempt: Attempt | undefined): number
}

/** @param onFree told when room has become free by itself */
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
