import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTestClock } from '../../kit/clock.js'
import { CHANGE } from '../commands/command-names.js'
import { argumentFields, startPanelClient } from '../panel-client.js'
import { simulatorCredentials } from '../simulator.js'
import { machineNames } from './command-costs.js'
import { createMachine } from './machine.js'

const GET = 'v-get-mail-account-value'

interface Job {
  readonly startMs: number
  readonly workMs: number
}

/** When each job is done. */
async function endsOf(cores: number, jobs: readonly Job[]): Promise<number[]> {
  const clock = createTestClock()
  const machine = createMachine(cores, clock)
  return await Promise.all(
    jobs.map(async ({ startMs, workMs }) => {
      await clock.wait(startMs)
      await machine.work(workMs)
      return clock.now()
    }),
  )
}

const anyCores = fc.integer({ min: 1, max: 8 })
const anyJobs = fc.array(
  fc.record({ startMs: fc.nat({ max: 3000 }), workMs: fc.integer({ min: 1, max: 2000 }) }),
  { minLength: 1, maxLength: 12 },
)

it('a machine does equal jobs that begin together in their work, or in their share of the cores', async () => {
  const cases = fc.asyncProperty(
    anyCores,
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 2000 }),
    async (cores, count, workMs) => {
      const ends = await endsOf(cores, Array(count).fill({ startMs: 0, workMs }))
      for (const endMs of ends) expect(endMs).toBeCloseTo(workMs * Math.max(1, count / cores), 3)
    },
  )
  await fc.assert(cases, { numRuns: 50 })
})

it('a machine is never faster than a job alone, and never slower than one core with all of them', async () => {
  const cases = fc.asyncProperty(anyCores, anyJobs, async (cores, jobs) => {
    const ends = await endsOf(cores, jobs)
    const allMs = jobs.reduce((sum, { workMs }) => sum + workMs, 0)
    jobs.forEach(({ startMs, workMs }, index) => {
      expect(ends[index]).toBeGreaterThanOrEqual(startMs + workMs - 0.001)
      expect(ends[index]).toBeLessThanOrEqual(startMs + allMs + 0.001)
    })
  })
  await fc.assert(cases, { numRuns: 50 })
})

it('a machine of one core is never idle while there is work, and does no more than one core can', async () => {
  const cases = fc.asyncProperty(anyJobs, async (jobs) => {
    let busyUntilMs = 0
    for (const { startMs, workMs } of jobs.toSorted((one, other) => one.startMs - other.startMs)) {
      busyUntilMs = Math.max(busyUntilMs, startMs) + workMs
    }
    expect(Math.max(...(await endsOf(1, jobs)))).toBeCloseTo(busyUntilMs, 3)
  })
  await fc.assert(cases, { numRuns: 50 })
})

it('a machine shares fairly: of jobs that begin together the smaller one is done first, equal ones at once', async () => {
  const works = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 2, maxLength: 12 })
  const cases = fc.asyncProperty(anyCores, works, async (cores, worksMs) => {
    const ends = await endsOf(
      cores,
      worksMs.map((workMs) => ({ startMs: 0, workMs })),
    )
    for (const [index, workMs] of worksMs.entries()) {
      for (const [other, otherMs] of worksMs.entries()) {
        if (workMs === otherMs) expect(ends[index]).toBeCloseTo(ends[other] ?? Number.NaN, 3)
        if (workMs < otherMs) expect(ends[index]).toBeLessThan(ends[other] ?? Number.NaN)
      }
    }
  })
  await fc.assert(cases, { numRuns: 50 })
})

it('a machine slows a job down while another one is under way, and not after it', async () => {
  const ends = await endsOf(1, [
    { startMs: 0, workMs: 1000 },
    { startMs: 400, workMs: 100 },
    { startMs: 2000, workMs: 50 },
  ])
  expect(ends).toEqual([1100, 600, 2050])
})

it('a machine that learns late how much time has passed has done the work of that time', async () => {
  const clock = createTestClock()
  const machine = createMachine(1, clock)
  const works = [machine.work(100), machine.work(300)]
  clock.advance(10_000)
  await Promise.all([...works, machine.work(20)])
  expect(clock.now()).toBe(10_020)
})

it.each([
  ['small', 12, 9000],
  ['fast', 4, 210],
  ['fast', 12, 630],
] as const)(
  'a panel on a machine that is %s answers %i lookups at once within %i ms',
  async (machine, count, expectedMs) => {
    const clock = createTestClock()
    const { panel, run } = await startPanelClient({ machine, clock })
    const holds = Array.from({ length: count }, () => panel.hold(GET))
    const answers = holds.map(() => run(GET, ['alice', 'example.org', 'info', 'account']))
    await Promise.all(holds.map(({ arrived }) => arrived))
    for (const { release } of holds) release()
    for (const { body } of await Promise.all(answers)) expect(body).toBe('info')
    expect(clock.now()).toBeCloseTo(expectedMs, 3)
    expect(panel.maxConcurrent).toBe(count)
    expect(panel.workMs).toBe(machine === 'small' ? 750 * count : 210 * count)
  },
)

it.each(machineNames)(
  'a panel on a machine that is %s takes a time for a call that it refuses',
  async (machine) => {
    const clock = createTestClock()
    const { run } = await startPanelClient({ machine, clock })
    await run('v-list-user', [])
    const usageMs = clock.now()
    expect(usageMs).toBeGreaterThan(100)
    await run('v-none', [])
    expect(clock.now()).toBeCloseTo(2 * usageMs, 3)
  },
)

it('a panel on a machine has less to do for a call with a legacy key', async () => {
  const clock = createTestClock()
  const { post } = await startPanelClient({ machine: 'small', clock })
  const fields = { hash: simulatorCredentials.apiKey, cmd: GET }
  await post({ ...fields, ...argumentFields(['alice', 'example.org', 'info', 'account']) })
  expect(clock.now()).toBeCloseTo(460, 3)
})

it('a panel on a machine makes a change at the end of its time', async () => {
  const clock = createTestClock()
  const { panel, run } = await startPanelClient({ machine: 'small', clock })
  const hold = clock.hold()
  const answer = run(CHANGE, ['alice', 'example.org', 'info', 'a new one'])
  await hold.asked
  expect(await panel.accepts('info@example.org', 'info mail pw')).toBe(true)
  hold.release()
  await answer
  expect(clock.now()).toBeCloseTo(1270, 3)
  expect(await panel.accepts('info@example.org', 'a new one')).toBe(true)
})
