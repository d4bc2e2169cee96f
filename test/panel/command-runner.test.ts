import { describe, expect, it } from 'vitest'
import { type CommandRecord, callerGone, PanelFault } from '../../src/core/panel-port.js'
import { createDeadline } from '../../src/lib/deadline.js'
import { Secret } from '../../src/lib/secret.js'
import { type Command, createCommandRunner } from '../../src/panel/command-runner.js'
import { createKeyGuard } from '../../src/panel/key-guard.js'
import type { CommandAnswer, RawAnswer } from '../../src/panel/read-answer.js'
import { TransportFailure, type TransportFailureReason } from '../../src/panel/transport.js'
import { createMemoryKeyCooldown } from '../../src/store/memory-key-cooldown.js'
import { createTestClock } from '../kit/clock.js'
import { holdTime } from '../kit/held-time.js'

const TIMEOUT_MS = 5000

/** What the transport returns for one call. */
type Reply = RawAnswer | TransportFailureReason

const DONE: RawAnswer = { status: 200, exitCodeHeader: '0', body: '0' }

/** A runner whose transport returns these replies in order, then `DONE`. */
function setUp(replies: readonly Reply[] = [], limits = { maxConcurrency: 8, maxQueue: 8 }) {
  const clock = createTestClock()
  const left = [...replies]
  const sent: { fields: Record<string, string>; timeoutMs: number }[] = []
  const records: CommandRecord[] = []
  let held: Promise<void> = Promise.resolve()
  const runner = createCommandRunner({
    ...limits,
    credentials: { kind: 'access-key', accessKey: new Secret('id'), secretKey: new Secret('secret') },
    keyGuard: createKeyGuard(createMemoryKeyCooldown(clock), clock),
    timeoutMs: TIMEOUT_MS,
    clock,
    async transport(fields, timeoutMs) {
      sent.push({ fields, timeoutMs })
      await held
      const reply = left.shift() ?? DONE
      if (typeof reply === 'string') throw new TransportFailure(reply)
      return reply
    },
  })
  const deadline = createDeadline(30_000, clock)
  const command: Command = { name: 'v-x', args: ['a', ' b '], asked: 'code', repeatable: true, deadline }

  /** The answer, or the fault as text, with whether the command may have run. */
  async function run(more: Partial<Command> = {}): Promise<CommandAnswer | string> {
    return await runner
      .run({ ...command, ...more }, (record) => void records.push(record))
      .catch((error: unknown) => {
        if (!(error instanceof PanelFault)) throw error
        return `${error.code} ${error.reason}${error.mayHaveRun ? ', may have run' : ''}`
      })
  }

  return {
    clock,
    sent,
    records,
    run,
    command,
    enter: (hungUp = new AbortController().signal) =>
      runner.enter({
        clientAddress: '203.0.113.1',
        domain: 'example.org',
        plan: ['v-x'],
        isLast: false,
        isProvenElsewhere: false,
        deadline,
        hungUp,
      }),
    load: runner.load,
    /** Makes calls wait until the returned function is called. */
    hold() {
      let release = (): void => undefined
      held = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
  }
}

function page(status: number, body = '<html></html>', exitCodeHeader?: string): RawAnswer {
  return { status, exitCodeHeader, body }
}

describe.each(['code', 'output'] as const)('asked for the %s', (asked) => {
  it.each([
    ['a page with status 200', page(200), 'panel-failed not-the-panel-http-200'],
    ['a page with status 500', page(500), 'panel-failed not-the-panel-http-500'],
    ['a proxy’s 502', page(502), 'panel-unavailable not-the-panel-http-502'],
    ['a proxy’s 503', page(503), 'panel-unavailable not-the-panel-http-503'],
    ['a proxy’s 504', page(504), 'panel-unavailable not-the-panel-http-504'],
    ['an empty error', page(500, ''), 'panel-failed not-the-panel-http-500'],
    ['a bare success', page(200, '0'), 'panel-failed not-the-panel-http-200'],
    ['a refusal that says it succeeded', page(400, '0', '0'), 'panel-failed not-the-panel-http-400'],
    ['no answer in time', 'timed-out', 'panel-unavailable timed-out'],
    ['an answer that is cut off', 'cut-off', 'panel-unavailable cut-off'],
  ] as const)(
    `asked for the ${asked} the runner takes %s for no answer, after which the command may have run, and sends nothing again`,
    async (_what, reply, fault) => {
      for (const repeatable of [true, false]) {
        const { run, sent } = setUp([reply])
        expect(await run({ asked, repeatable })).toBe(`${fault}, may have run`)
        expect(sent).toHaveLength(1)
      }
    },
  )

  it.each(['unreachable', 'tls-refused'] as const)(
    `asked for the ${asked} the runner knows that a panel that is %s has run no command`,
    async (reply) => {
      for (const repeatable of [true, false]) {
        const { run, sent } = setUp([reply])
        expect(await run({ asked, repeatable })).toBe(`panel-unavailable ${reply}`)
        expect(sent).toHaveLength(1)
      }
    },
  )

  it(`asked for the ${asked} the runner repeats a question after a reset, but never a change`, async () => {
    const question = setUp(['reset'])
    expect(await question.run({ asked })).toMatchObject({ is: 'ran', exitCode: 0 })
    expect(question.sent).toHaveLength(2)
    const change = setUp(['reset'])
    expect(await change.run({ asked, repeatable: false })).toBe('panel-unavailable reset, may have run')
    expect(change.sent).toHaveLength(1)
  })

  it(`asked for the ${asked} the runner gives up a question after two resets`, async () => {
    const { run, sent } = setUp(['reset', 'reset'])
    expect(await run({ asked })).toBe('panel-unavailable reset, may have run')
    expect(sent).toHaveLength(2)
  })

  it(`asked for the ${asked} the runner tells a refused key from a command that ran`, async () => {
    const refused = setUp([page(401, '9', '9')])
    expect(await refused.run({ asked })).toBe('panel-misconfigured key-refused')
    const forbidden = setUp([page(401, "Error: Key x don't have permission to run the command y", '10')])
    expect(await forbidden.run({ asked })).toBe('panel-misconfigured command-forbidden')
  })
})

it('the runner sends the key, the command, its unchanged arguments, and what is asked for', async () => {
  const { run, sent } = setUp()
  await run()
  await run({ asked: 'output' })
  const fields = { access_key: 'id', secret_key: 'secret', cmd: 'v-x', arg1: 'a', arg2: ' b ' }
  expect(sent.map((each) => each.fields)).toEqual([
    { ...fields, returncode: 'yes' },
    { ...fields, returncode: 'no' },
  ])
})

it('the runner records each call by its exit code, or by why there is none', async () => {
  const { run, records, clock, hold } = setUp([DONE, page(200, '14', '14'), page(502), 'cut-off'])
  const release = hold()
  const first = run()
  clock.advance(250)
  release()
  await first
  for (let call = 1; call < 4; call++) await run()
  expect(records[0]).toEqual({ command: 'v-x', result: 0, startedMs: 0, endedMs: 250 })
  expect(records.map(({ result }) => result)).toEqual([0, 14, 'not-the-panel-http-502', 'cut-off'])
})

it('the runner waits for an answer only as long as a command may take, and only until the deadline', async () => {
  const { run, sent, clock } = setUp()
  await run()
  await run({ deadline: createDeadline(1200, clock) })
  expect(sent.map(({ timeoutMs }) => timeoutMs)).toEqual([TIMEOUT_MS, 1200])
})

it('the runner does not send a late command, nor repeat one', async () => {
  const { run, sent, clock, hold } = setUp(['reset'])
  expect(await run({ deadline: createDeadline(0, clock) })).toBe('panel-busy waited-too-long')
  expect(sent).toEqual([])
  const release = hold()
  const late = run({ deadline: createDeadline(1000, clock) })
  await expect.poll(() => sent.length).toBe(1)
  clock.advance(1000)
  release()
  expect(await late).toBe('panel-busy waited-too-long')
  expect(sent).toHaveLength(1)
})

it('the runner runs this many commands in parallel, lets this many wait, and refuses the next one', async () => {
  const { run, load, hold } = setUp([], { maxConcurrency: 2, maxQueue: 1 })
  await run()
  const release = hold()
  const calls = [run(), run(), run()]
  await expect.poll(load).toEqual({ running: 2, limit: 2, waiting: 1, breaker: 'closed' })
  expect(await run()).toBe('panel-busy queue-full')
  release()
  expect(await Promise.all(calls)).toEqual(Array(3).fill({ is: 'ran', exitCode: 0, output: '' }))
  expect(load()).toEqual({ running: 0, limit: 2, waiting: 0, breaker: 'closed' })
})

it('the runner refuses all waiting and new commands at once when no call was answered for 30 s', async () => {
  const { run, enter, load, clock, hold, sent } = setUp([], { maxConcurrency: 1, maxQueue: 8 })
  const time = holdTime()
  const release = hold()
  const first = run()
  const patient = { deadline: createDeadline(60_000, clock) }
  const waiting = [run(patient), run(patient)]
  await expect.poll(() => sent.length).toBe(1)
  clock.advance(30_000)
  await time.pass(30_000, () => load().waiting === 2)
  const leftAlone = 'panel-unavailable left-alone'
  expect(await Promise.all(waiting)).toEqual([leftAlone, leftAlone])
  expect(load()).toMatchObject({ running: 1, waiting: 0, breaker: 'open' })
  expect(await run(patient)).toBe(leftAlone)
  expect(enter).toThrow(leftAlone.replace(' ', ': '))
  release()
  expect(await first).toMatchObject({ is: 'ran' })
  expect(load().breaker).toBe('closed')
  expect(enter().hasRoom(1)).toBe(true)
})

it('the runner sends one command at a time to a panel that was away', async () => {
  const { run, enter, load, clock, hold } = setUp(Array(5).fill('unreachable'))
  for (let call = 0; call < 5; call++) await run()
  clock.advance(1000)
  const turn = enter()
  expect(turn.hasRoom(1)).toBe(false)
  const release = hold()
  const probe = run()
  await expect.poll(load).toMatchObject({ running: 1, breaker: 'half-open' })
  expect(await run()).toBe('panel-unavailable left-alone')
  release()
  await probe
  expect(turn.hasRoom(1)).toBe(true)
})

it('the runner sends an attempt’s questions after its change even if the caller hung up, but no second change', async () => {
  const { enter, command, sent } = setUp()
  const caller = new AbortController()
  const { run } = enter(caller.signal)
  const runIt = (repeatable: boolean) => run({ ...command, repeatable }, () => undefined)
  await runIt(false)
  caller.abort(callerGone())
  await runIt(true)
  await expect(runIt(false)).rejects.toMatchObject({ code: 'panel-busy', reason: 'caller-gone' })
  expect(sent).toHaveLength(2)
})
