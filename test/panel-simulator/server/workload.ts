import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../../src/lib/clock.js'
import type { CredentialKind } from './answers.js'
import { commandMs, coresOf, type MachineName } from './command-costs.js'
import { createMachine } from './machine.js'

/** What the cost of a call depends on. */
interface Call {
  readonly kind: CredentialKind
  /** Missing if the call ends before the command's own work. */
  readonly command?: string
}

/** How long commands take, and how many ran at once. */
export interface Workload {
  /** How long each command takes without a machine profile. */
  delayMs: number
  readonly maxConcurrent: number
  /** The total work of all calls, in ms on a single core. */
  readonly workMs: number
  /**
   * Runs a call. It takes as long as the machine needs for it next to the other calls, and at least one turn of the event loop.
   *
   * @param run may await `done`, when the call's work is done; otherwise its result waits for that
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
