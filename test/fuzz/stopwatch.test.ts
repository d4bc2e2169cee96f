import { expect, it, onTestFinished, vi } from 'vitest'
import { createStopwatch } from '../../fuzz/stopwatch.js'

/** What an input takes (ms), the first time and repeated. */
interface Times {
  readonly clockMs: readonly [first: number, repeated: number]
  readonly processorMs: readonly [first: number, repeated: number]
}

const USUAL: Times = { clockMs: [1, 1], processorMs: [1, 1] }

/** A stopwatch whose inputs take the time that they name, after a batch with a median of 1 ms. */
async function startStopwatch() {
  let nowMs = 0
  let usedMs = 0
  let runs = 0
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  vi.spyOn(process, 'cpuUsage').mockImplementation((before) => {
    return { user: 1000 * usedMs - (before?.user ?? 0), system: 0 }
  })
  onTestFinished(() => void vi.restoreAllMocks())
  const stopwatch = createStopwatch(({ clockMs, processorMs }: Times) => {
    nowMs += clockMs[runs === 0 ? 0 : 1]
    usedMs += processorMs[runs === 0 ? 0 : 1]
    runs++
  })
  await stopwatch.run(USUAL)
  stopwatch.endBatch()
  runs = 0
  return stopwatch
}

it('an input that takes too long, even when repeated, is slow', async () => {
  const stopwatch = await startStopwatch()
  await expect(stopwatch.run({ clockMs: [30, 30], processorMs: [30, 25] })).rejects.toThrow(
    'slow: 25.000 ms, and the median is 1.000 ms',
  )
})

it.each<[string, Times]>([
  ['is fast', USUAL],
  ['is slow only once', { clockMs: [30, 1], processorMs: [30, 1] }],
  ['waits on a busy machine', { clockMs: [30, 30], processorMs: [1, 1] }],
  ['runs beside another thread that works', { clockMs: [30, 1], processorMs: [30, 30] }],
])('an input that %s is not slow', async (_what, times) => {
  const stopwatch = await startStopwatch()
  await expect(stopwatch.run(times)).resolves.toBeUndefined()
})
