import { EventEmitter } from 'node:events'
import { createServer } from 'node:http'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { type Running, stopWithGrace } from '../../src/service/stop.js'
import { longestStopMs } from '../../src/service/stop-times.js'

const never = (): Promise<void> => new Promise(() => undefined)

/** A process that is told to stop but can't. Resolves when it ends, with everything it did. */
function stopInVain(app: Running['app']): Promise<string[]> {
  const steps: string[] = []
  return new Promise((resolve) => {
    const host = Object.assign(new EventEmitter(), {
      exit(code: number) {
        steps.push(`exit ${code}`)
        resolve(steps)
      },
    })
    const running = {
      host,
      app,
      logger: pino({ level: 'silent' }),
      server: createServer(),
      runMark: { isLeftOver: false, set: () => undefined, remove: () => void steps.push('remove the mark') },
      flushLog: async () => void steps.push('flush the log'),
    }
    // Resources are closed only after the attempts have ended.
    stopWithGrace(1, running as unknown as Running)
    host.emit('SIGTERM', 'SIGTERM')
  })
}

it('a process that can’t stop in time writes its log and ends, and its mark tells the next one of the attempts that it cut off', async () => {
  expect(await stopInVain({ endAttempts: never, drain: never })).toEqual(['flush the log', 'exit 1'])
})

it('a process that can’t stop in time leaves no mark if only what follows its attempts was cut off', async () => {
  const steps = await stopInVain({ endAttempts: async () => undefined, drain: never })
  expect(steps).toEqual(['remove the mark', 'flush the log', 'exit 1'])
})

it.each([
  [30_000, 15_000, 72.75],
  [120_000, 15_000, 137.75],
  [30_000, 60_000, 117.75],
])(
  'a process whose clients wait %i ms, with a panel time-out of %i ms, has stopped within %i s',
  (requestTimeoutMs, panelTimeoutMs, seconds) => {
    expect(longestStopMs(requestTimeoutMs, panelTimeoutMs)).toBe(seconds * 1000)
  },
)
