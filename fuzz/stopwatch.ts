/** How many times as long as the median of its target an input may take. */
const MAX_TIMES = 20

/** Shorter times can't be measured reliably. */
const LEAST_MS = 0.2

const REPETITIONS = 10

/** Runs a target, and throws if an input takes too long, even when repeated. The first batch isn't judged. */
export function createStopwatch<Input>(run: (input: Input) => void | Promise<void>, floorMs = LEAST_MS) {
  let batchMs: number[] = []
  let medianMs = Number.POSITIVE_INFINITY

  /**
   * The shorter of the time on the clock and the processor time: the first is long while the machine is busy, the second while
   * other threads of this process work, such as the strength worker as it starts.
   */
  async function leastTimeMs(input: Input): Promise<number> {
    let fewestMs = Number.POSITIVE_INFINITY
    for (let count = 0; count < REPETITIONS; count++) {
      const before = process.cpuUsage()
      const startMs = performance.now()
      await run(input)
      const tookMs = performance.now() - startMs
      const { user, system } = process.cpuUsage(before)
      fewestMs = Math.min(fewestMs, tookMs, (user + system) / 1000)
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
      const limitMs = Math.max(MAX_TIMES * medianMs, floorMs)
      if (tookMs <= limitMs) return
      const leastMs = await leastTimeMs(input)
      if (leastMs <= limitMs) return
      throw new Error(`slow: ${leastMs.toFixed(3)} ms, and the median is ${medianMs.toFixed(3)} ms`)
    },
    endBatch(): void {
      medianMs = batchMs.toSorted((one, other) => one - other)[batchMs.length >> 1] ?? medianMs
      batchMs = []
    },
  }
}
