import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createLogWriter } from '../../src/log/log-writer.js'
import { createTestClock } from '../kit/clock.js'

/** The room for lines that wait, in bytes. */
const ROOM = 1024 * 1024

const failure = (code: string): Error => Object.assign(new Error(code), { code })

/** A log with an output that accepts bytes, fails, or makes them wait, as a test says. */
function openLog() {
  const written: Buffer[] = []
  const text = () => Buffer.concat(written).toString()
  const output = {
    fault: undefined as string | undefined,
    takes: Number.POSITIVE_INFINITY,
    held: undefined as Promise<void> | undefined,
    calls: 0,
  }
  const clock = createTestClock()
  const writer = createLogWriter(async (bytes) => {
    output.calls += 1
    await output.held
    if (output.fault !== undefined) throw failure(output.fault)
    const taken = bytes.subarray(0, output.takes)
    written.push(Buffer.from(taken))
    return taken.length
  }, clock)
  const faults = async () => (await writer.checkReadiness()).map(({ code }) => code)
  return { ...writer, clock, output, faults, text, lines: () => text().split('\n').slice(0, -1) }
}

/** Makes the output keep its bytes waiting until it is released. */
function hold({ output }: ReturnType<typeof openLog>): () => void {
  let release = (): void => undefined
  output.held = new Promise((resolve) => {
    release = resolve
  })
  return () => {
    output.held = undefined
    release()
  }
}

/** This many lines of 1 KiB each, including the line feed. */
function fill(log: ReturnType<typeof openLog>, count: number): void {
  for (let index = 0; index < count; index++) log.write(`${'x'.repeat(1023)}\n`)
}

it('the log is written in its order, and a line at once where nothing waits', async () => {
  const log = openLog()
  log.write('one\n')
  expect(log.output.calls).toBe(1)
  log.write('two\n')
  log.write('three\n')
  expect(log.state()).toEqual({ lost: 0, waiting: 3 })
  await log.flush()
  expect(log.text()).toBe('one\ntwo\nthree\n')
  expect(log.state()).toEqual({ lost: 0, waiting: 0 })
  expect(await log.faults()).toEqual([])
})

it('the log has no line torn where the output takes a part of it', async () => {
  const log = openLog()
  log.output.takes = 5
  const lines = ['one and more', 'two', 'three', 'ä'.repeat(9)]
  for (const line of lines) log.write(`${line}\n`)
  await log.flush()
  expect(log.lines()).toEqual(lines)
})

it('the log writes what waits in pieces, and never less than a line', async () => {
  const log = openLog()
  const release = hold(log)
  fill(log, 129)
  log.write(`${'y'.repeat(70_000)}\n`)
  release()
  await log.flush()
  // The first line alone, twice 64 of them, and the long one.
  expect(log.output.calls).toBe(4)
  expect(log.lines()).toHaveLength(130)
})

it('the log keeps its lines where there is no room on the disk, and writes them when there is', async () => {
  const log = openLog()
  const retry = log.clock.hold()
  log.output.fault = 'ENOSPC'
  log.write('one\n')
  await retry.asked
  expect(await log.faults()).toEqual(['log-not-written'])
  log.write('two\n')
  expect(log.state()).toEqual({ lost: 0, waiting: 2 })
  log.output.fault = undefined
  retry.release()
  await log.flush()
  expect(log.text()).toBe('one\ntwo\n')
  expect(log.clock.waits[0]).toBe(1000)
  expect(await log.faults()).toEqual([])
})

it('the log loses no more lines than it must where its reader stalls, and says how many, and where', async () => {
  const log = openLog()
  const release = hold(log)
  fill(log, ROOM / 1024 - 1)
  expect(await log.faults()).toEqual([])
  log.write(`${'x'.repeat(1024)}\n`)
  // These would fit, but the gap comes before them.
  fill(log, 1)
  log.write('\n')
  expect(log.state()).toEqual({ lost: 3, waiting: 1023 })
  expect(await log.faults()).toEqual(['log-not-written'])
  release()
  await setImmediate()
  log.write('then\n')
  await log.flush()
  const [gap = '', then] = log.lines().slice(1023)
  expect(JSON.parse(gap)).toEqual({ level: 50, time: expect.any(Number), event: 'log-lines-lost', count: 3 })
  expect(then).toBe('then')
  expect(log.state()).toEqual({ lost: 3, waiting: 0 })
  expect(await log.faults()).toEqual([])
})

it('the log is at fault when a write has not come back for more than five seconds', async () => {
  const log = openLog()
  const release = hold(log)
  log.write('one\n')
  log.clock.advance(5000)
  expect(await log.faults()).toEqual([])
  log.clock.advance(1)
  expect(await log.faults()).toEqual(['log-not-written'])
  release()
  await log.flush()
  expect(await log.faults()).toEqual([])
})

it('the log counts as lost at once what nobody will read, and tells the next reader', async () => {
  const log = openLog()
  const retries = [log.clock.hold(), log.clock.hold()]
  log.output.fault = 'EPIPE'
  log.write('one\n')
  log.write('two\n')
  await retries[0]?.asked
  expect(log.state()).toEqual({ lost: 2, waiting: 1 })
  log.write('three\n')
  retries[0]?.release()
  await retries[1]?.asked
  expect(log.state()).toEqual({ lost: 3, waiting: 1 })
  expect(await log.faults()).toEqual(['log-not-written'])
  log.write('four\n')
  log.output.fault = undefined
  retries[1]?.release()
  await log.flush()
  const [gap = '', ...rest] = log.lines()
  expect(JSON.parse(gap)).toMatchObject({ event: 'log-lines-lost', count: 3 })
  expect(rest).toEqual(['four'])
  expect(await log.faults()).toEqual([])
})

it('the log keeps a process that stops waiting for two seconds at most', async () => {
  const log = openLog()
  hold(log)
  log.write('one\n')
  await log.flush()
  expect(log.clock.waits).toEqual([2000])
  expect(log.state()).toEqual({ lost: 0, waiting: 1 })
})
