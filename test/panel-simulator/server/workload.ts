import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../../src/lib/clock.js'
import type { CredentialKind } from './answers.js'
import { commandMs, coresOf, type MachineName } from './command-costs.js'
import { createMachine } from './machine.js'

/** What a call's cost depends on. */
interface Call {
  readonly kind: CredentialKind
  /** Its command; without one the call ends before any command's own work. */
  readonly command?: string
}

/** How long the panel takes for its commands, and how many it ran at once. */
export interface Workload {
  /** How long each takes if there is no profile of the machine. */
  delayMs: number
  readonly maxConcurrent: number
  /** How much work its calls were, in ms on a core of its own. */
  readonly workMs: number
  /**
   * Runs the call, which takes as long as the machine needs beside all others, and at least one turn of the event loop.
   *
   * @param run may wait for `done`, when the call's work is done; otherwise its result is kept until then
   */
  run<Result>(call: Call, run: (done: Promise<void>) => Result | Promise<Result>): Promise<Result>
}

interface WorkloadOptions {
  readonly profile: MachineName | undefined
  readonly delayMs: number
  readonly clock: Clock
}

export function createWorkload({ profile, delayMs, clock }: WorkloadOptions): Workload {
  const machine = createMachine(profile ? coresOf(profile) : Number.POSITIVE_INFINITY, clock)
  let running = 0
  let maxConcurrent = 0
  let totalMs = 0
  return {
    delayMs,
    get maxConcurrent() {
      return maxConcurrent
    },
    get workMs() {
      return totalMs
    },
    async run({ kind, command }, run) {
      const workMs = profile ? commandMs(profile, kind, command) : this.delayMs
      totalMs += workMs
      running += 1
      maxConcurrent = Math.max(maxConcurrent, running)
      const done = workMs > 0 ? machine.work(workMs) : setImmediate()
      try {
        const [result] = await Promise.all([run(done), done])
        return result
      } finally {
        running -= 1
      }
    },
  }
}
