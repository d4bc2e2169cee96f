/** How many times as long as the median of its target an input may take. */
const MAX_TIMES = 20

/** Shorter times can't be measured reliably. */
const LEAST_MS = 0.2

const REPETITIONS = 10

/** Runs a target, and throws if an input takes too long, even when repeated. The first batch isn't judged. */
export function createStopwatch<Input>(run: (input: Input) => void | Promise<void>, leastMs = LEAST_MS) {
  let batchMs: number[] = []
  let medianMs = Number.POSITIVE_INFINITY

  /** Processor time, because the machine may be busy, and a target may wait for something that never comes. */
  async function leastCpuMs(input: Input): Promise<number> {
    let fewestMs = Number.POSITIVE_INFINITY
    for (let count = 0; count < REPETITIONS; count++) {
      const before = process.cpuUsage()
      await run(input)
      const { user, system } = process.cpuUsage(before)
      fewestMs = Math.min(fewestMs, (user + system) / 1000)
    }
    return fewestMs
  }

  return {
    medianMs: () => medianMs,
    async run(input: Input): Promise<void> {
      const startMs = performance.now()
      await run(input)
      const tookMs = performance.now() - startMs
      batchMs.push(tookMs)
      const limitMs = Math.max(MAX_TIMES * medianMs, leastMs)
      if (tookMs <= limitMs) return
      const cpuMs = await leastCpuMs(input)
      if (cpuMs <= limitMs) return
      throw new Error(`slow: ${cpuMs.toFixed(3)} ms, and the median is ${medianMs.toFixed(3)} ms`)
    },
    endBatch(): void {
      medianMs = batchMs.toSorted((one, other) => one - other)[batchMs.length >> 1] ?? medianMs
      batchMs = []
    },
  }
}
