import { setImmediate, setTimeout } from 'node:timers/promises'

/** How long the panel takes for its commands, and how many it ran at once. */
export interface Workload {
  delayMs: number
  readonly maxConcurrent: number
  /** Waits as long as a command takes, at least one turn of the event loop. */
  pause(): Promise<void>
  /** Runs a command, which takes the delay even if its own work is done earlier. */
  run<Result>(command: () => Result | Promise<Result>): Promise<Result>
}

export function createWorkload(delayMs: number): Workload {
  let running = 0
  let maxConcurrent = 0
  return {
    delayMs,
    get maxConcurrent() {
      return maxConcurrent
    },
    async pause() {
      await (this.delayMs > 0 ? setTimeout(this.delayMs) : setImmediate())
    },
    async run(command) {
      running += 1
      maxConcurrent = Math.max(maxConcurrent, running)
      try {
        const [result] = await Promise.all([command(), this.pause()])
        return result
      } finally {
        running -= 1
      }
    },
  }
}
