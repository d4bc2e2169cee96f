import type { Clock } from '../../../src/lib/clock.js'

/**
 * A computer that shares its cores equally between running jobs: of n jobs on c cores, each gets min(1, c/n) of a core
 * ("egalitarian processor sharing").
 */
export interface Machine {
  /**
   * Resolves when the work is done.
   *
   * @param workMs how long it takes on its own core
   */
  work(workMs: number): Promise<void>
}

interface Job {
  /** The job is done when each job that has run since the start has had this much work. */
  readonly doneAtMs: number
  end(): void
}

/** For rounding errors in sums of floating-point numbers. */
const TOLERANCE_MS = 1e-6

export function createMachine(cores: number, clock: Clock): Machine {
  const jobs = new Set<Job>()
  let seenMs = clock.now()
  /** The work done so far for a job that has run since the start. */
  let shareMs = 0
  let isServing = false
  let arrive = (): void => undefined

  const rate = (): number => Math.min(1, cores / jobs.size)
  const first = (): Job | undefined => [...jobs].toSorted((one, other) => one.doneAtMs - other.doneAtMs)[0]

  /** Does the work for the time that has passed, and ends the finished jobs one after another. */
  function catchUp(): void {
    let leftMs = clock.now() - seenMs
    seenMs += leftMs
    for (let job = first(); job !== undefined; job = first()) {
      const untilDoneMs = (job.doneAtMs - shareMs) / rate()
      if (untilDoneMs > leftMs + TOLERANCE_MS) {
        shareMs += leftMs * rate()
        return
      }
      leftMs = Math.max(0, leftMs - untilDoneMs)
      shareMs = job.doneAtMs
      jobs.delete(job)
      job.end()
    }
  }

  async function serve(): Promise<void> {
    isServing = true
    for (let job = first(); job !== undefined; job = first()) {
      const arrival = new Promise<void>((resolve) => {
        arrive = resolve
      })
      await Promise.race([clock.wait((job.doneAtMs - shareMs) / rate()), arrival])
      catchUp()
    }
    isServing = false
  }

  return {
    work(workMs) {
      catchUp()
      const done = new Promise<void>((resolve) => void jobs.add({ doneAtMs: shareMs + workMs, end: resolve }))
      if (isServing) arrive()
      else void serve()
      return done
    },
  }
}
