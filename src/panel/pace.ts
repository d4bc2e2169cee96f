import type { Clock } from '../lib/clock.js'

/** How long a command is expected to take (ms) before one was answered. */
const UNKNOWN_MS = 500

/** A new sample's weight in the running means. */
const WEIGHT = 0.25

/** A command that takes longer by itself than it did is taken to be slower by so much per sample: one may be an exception. */
const DRIFT = 1.1

/** A command ran alone if fewer than so many ran at once on average. */
const ALONE = 1.1

/** So many commands may wait inside the panel, by the samples, before fewer are sent, or more (Vegas' alpha and beta). */
const FEWER_ABOVE = 0.9
const MORE_BELOW = 0.5

/** After a panel that gained nothing by one more command at once it is not tried again for so many calls, at most. */
const MAX_PAUSE = 32

/** How fast the panel is, learnt from its answers. */
export interface Pace {
  /**
   * @param tookMs from the sending to the answer
   * @param beside how many commands ran at once on average, this one among them
   */
  learn(command: string, tookMs: number, beside: number): void
  /** How long a command takes with nothing beside it (ms); 0 as long as that is not known. */
  aloneMs(command: string): number
  /**
   * How long a command is expected to take (ms), as the slowest of its last few did.
   *
   * @param beside how many commands run at once meanwhile, this one among them
   */
  expectedMs(command: string, beside: number): number
  /** The running mean (ms) of what a command took lately, whatever ran beside it. */
  meanMs(command: string): number
  /** How many commands to run at once. */
  limit(): number
  /** How much the panel gains by commands side by side: how many commands' worth of work it does at once. */
  capacity(): number
}

/** How many of the last times of a command are remembered. */
const REMEMBERED = 5

/** What is older (ms) is forgotten: a panel that was too slow for everybody must be tried again. */
const FORGET_MS = 10 * 60_000

/** What is known of a command. */
interface Samples {
  readonly aloneMs: number
  /** Its last times, each as it would have been alone. */
  readonly recentMs: readonly number[]
  readonly meanMs: number
  /** By the clock. */
  readonly latestMs: number
}

/**
 * The limit follows TCP Vegas (Brakmo and Peterson, 1994), as Netflix' concurrency-limits uses it for servers: what the
 * last call took against what it takes alone tells how many calls wait inside the panel, and one more or fewer is sent.
 *
 * @param maximum the highest limit
 */
export function createPace(maximum: number, clock: Clock): Pace {
  const samples = new Map<string, Samples>()
  let limit = 1
  let capacity = 1
  /** After how many calls one more is tried again, and how many of them are left. */
  let pause = 1
  let untilMore = 1

  /** How much longer a command takes with so many at once. */
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
      // Only what ran alone tells what a command takes by itself, or that it takes longer than it did.
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
