import type { Clock } from '../../../src/lib/clock.js'

/**
 * A computer that shares its cores fairly among the jobs under way: of n jobs on c cores each gets min(1, c/n) of a
 * core ("egalitarian processor sharing").
 */
export interface Machine {
  /**
   * Resolves when the work is done.
   *
   * @param workMs how long it takes on a core of its own
   */
  work(workMs: number): Promise<void>
}

interface Job {
  /** What each job must have had since the start of the machine for this one to be done. */
  readonly doneAtMs: number
  end(): void
}

/** Sums of floating-point numbers may miss by less. */
const TOLERANCE_MS = 1e-6

export function createMachine(cores: number, clock: Clock): Machine {
  const jobs = new Set<Job>()
  let seenMs = clock.now()
  /** How much work has been done for a job that has been there from the start. */
  let shareMs = 0
  let isServing = false
  let arrive = (): void => undefined

  const rate = (): number => Math.min(1, cores / jobs.size)
  const first = (): Job | undefined => [...jobs].toSorted((one, other) => one.doneAtMs - other.doneAtMs)[0]

  /** Does the work of the time that has passed, and ends the jobs that got done in it, one after another. */
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
