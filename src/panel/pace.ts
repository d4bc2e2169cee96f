import type { Clock } from '../lib/clock.js'

/** The expected time (ms) of a command that hasn't been answered yet. */
const UNKNOWN_MS = 500

/** The weight of a new sample in the running means. */
const WEIGHT = 0.25

/** A slow sample raises a command's time alone by at most this factor: it may be an exception. */
const DRIFT = 1.1

/** A command ran alone if, on average, fewer than this many ran in parallel. */
const ALONE = 1.1

/** The limit goes down if more commands than this seem to wait inside the panel, and up if fewer do (Vegas' alpha and beta). */
const FEWER_ABOVE = 0.9
const MORE_BELOW = 0.5

/** If one more parallel command gained nothing, it isn't tried again for at most this many calls. */
const MAX_PAUSE = 32

/** The panel's speed, learnt from its answers. */
export interface Pace {
  /**
   * @param tookMs from sending to answer
   * @param beside how many commands ran in parallel on average, including this one
   */
  learn(command: string, tookMs: number, beside: number): void
  /** How long (ms) the command takes alone; 0 if unknown. */
  aloneMs(command: string): number
  /**
   * The time (ms) of the slowest recent run.
   *
   * @param beside how many commands run in parallel meanwhile, including this one
   */
  expectedMs(command: string, beside: number): number
  /** The running mean (ms) of a command's time lately, whatever ran in parallel. */
  meanMs(command: string): number
  /** How many commands may run in parallel. */
  limit(): number
  /** How many commands' work the panel does at once. */
  capacity(): number
}

/** How many recent times of a command are kept. */
const REMEMBERED = 5

/** Older samples (ms) are dropped: a panel that was too slow for everyone must be tried again. */
const FORGET_MS = 10 * 60_000

interface Samples {
  readonly aloneMs: number
  /** Converted to the time alone. */
  readonly recentMs: readonly number[]
  readonly meanMs: number
  /** By the clock. */
  readonly latestMs: number
}

/**
 * The limit follows TCP Vegas (Brakmo and Peterson, 1994), as in Netflix's concurrency-limits. The last call's time, compared
 * with the time alone, shows how many calls wait inside the panel; the limit goes up or down by one.
 *
 * @param maximum the highest limit
 */
export function createPace(maximum: number, clock: Clock): Pace {
  const samples = new Map<string, Samples>()
  let limit = 1
  let capacity = 1
  /** After how many calls the limit may rise again, and how many of these are left. */
  let pause = 1
  let untilMore = 1

  /** How much longer a command takes with this many in parallel. */
  const slowdown = (beside: number): number => Math.max(1, beside / capacity)

  function known(command: string): Samples | undefined {
    const entry = samples.get(command)
    return entry && entry.latestMs > clock.now() - FORGET_MS ? entry : undefined
  }

  function adapt(waiting: number, beside: number): void {
    if (waiting > FEWER_ABOVE && limit > 1) {
      limit -= 1
      pause = Math.min(MAX_PAUSE, pause * 2)
      untilMore = pause
    } else if (waiting < MORE_BELOW && beside > limit - 0.5 && --untilMore <= 0) {
      limit = Math.min(maximum, limit + 1)
      untilMore = 1
    }
  }

  return {
    learn(command, tookMs, beside) {
      const former = known(command)
      // Only a command that ran alone shows how long it takes alone.
      const ranAlone = beside < ALONE
      if (!former && !ranAlone) return
      const formerMs = former?.aloneMs ?? tookMs
      const baseMs = Math.min(tookMs, ranAlone ? formerMs * DRIFT : formerMs)
      const speed = tookMs > 0 ? baseMs / tookMs : 1
      if (beside > 1) capacity += WEIGHT * (Math.max(1, beside * speed) - capacity)
      const recentMs = [...(former?.recentMs ?? []), tookMs / slowdown(beside)].slice(-REMEMBERED)
      const formerMeanMs = former?.meanMs ?? tookMs
      const meanMs = formerMeanMs + WEIGHT * (tookMs - formerMeanMs)
      samples.set(command, { aloneMs: baseMs, recentMs, meanMs, latestMs: clock.now() })
      adapt(beside * (1 - speed), beside)
    },

    aloneMs: (command) => known(command)?.aloneMs ?? 0,
    expectedMs: (command, beside) =>
      Math.max(...(known(command)?.recentMs ?? [UNKNOWN_MS])) * slowdown(beside),
    meanMs: (command) => known(command)?.meanMs ?? UNKNOWN_MS,
    limit: () => limit,
    capacity: () => capacity,
  }
}
