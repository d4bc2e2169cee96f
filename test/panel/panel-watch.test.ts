import { expect, it } from 'vitest'
import type { Proofs } from '../../src/core/attempt.js'
import { PanelFault } from '../../src/core/panel-port.js'
import type { RunCommand } from '../../src/panel/command-runner.js'
import { createKeyGuard } from '../../src/panel/key-guard.js'
import { neededCommands } from '../../src/panel/needed-commands.js'
import { createPanelKnowledge } from '../../src/panel/panel-knowledge.js'
import { createPanelWatch } from '../../src/panel/panel-watch.js'
import type { CommandAnswer } from '../../src/panel/read-answer.js'
import { createMemoryKeyCooldown } from '../../src/store/memory-key-cooldown.js'
import { createTestClock } from '../kit/clock.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'

const OWNER = 'v-search-domain-owner'
const VALUE = 'v-get-mail-account-value'
const RECORD = 'v-list-user'
const TIMEOUT_MS = 5000
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

type Reply = Partial<CommandAnswer> | PanelFault

/** The answer to a permitted command without arguments, and to the lookup of a missing mailbox. */
const USAGE: Reply = { exitCode: 1, output: 'Usage: v-x' }
const NONE: Reply = { exitCode: 3, output: "Error: mail domain rekey.invalid doesn't exist" }

const misconfigured = (reason: string): PanelFault => new PanelFault('panel-misconfigured', reason)
const unavailable = (reason: string): PanelFault => new PanelFault('panel-unavailable', reason)
const NONSENSE = new PanelFault('panel-failed', 'not-the-panel-http-200')
const BUSY = new PanelFault('panel-busy', 'waited-too-long')

/** A watch of a panel whose key may run everything, except for these replies. */
function setUp(proofs: Proofs = ['mailbox', 'account']) {
  const clock = createTestClock()
  const needed = neededCommands(proofs)
  const knowledge = createPanelKnowledge(needed, clock)
  const keyGuard = createKeyGuard(createMemoryKeyCooldown(clock), clock)
  const replies: Record<string, Reply> = {}
  const sent: string[] = []
  const sentMs: number[] = []
  const deadlines: number[] = []

  /** A call of an attempt, or of the watch. */
  function call(name: string, reply: Reply, args: readonly string[] = []): CommandAnswer {
    const result =
      reply instanceof PanelFault ? reply : { is: 'ran' as const, exitCode: 0, output: '', ...reply }
    knowledge.learn({ name, args }, result)
    if (result instanceof PanelFault) throw result
    return result
  }

  const run: RunCommand = async ({ name, args, deadline }) => {
    sent.push(name)
    sentMs.push(clock.now())
    deadlines.push(deadline.leftMs())
    return call(name, replies.all ?? replies[name] ?? (name === VALUE ? NONE : USAGE), args)
  }
  const watch = createPanelWatch({ run, keyGuard, knowledge, needed, timeoutMs: TIMEOUT_MS, clock })

  return {
    clock,
    keyGuard,
    needed,
    replies,
    sent,
    sentMs,
    deadlines,
    watch,
    codes: async () => (await watch.checkReadiness()).map(({ code }) => code),
    /** An attempt's call, which the watch sees. */
    attempt(name: string, reply: Reply = { exitCode: 0 }, args: readonly string[] = ['alice', 'json']): void {
      try {
        call(name, reply, args)
      } catch (error) {
        if (error !== reply) throw error
      }
    },
    /** Lets time pass in steps of half a minute. */
    async pass(durationMs: number, eachStep: () => unknown = () => undefined): Promise<void> {
      for (let passedMs = 0; passedMs < durationMs; passedMs += MINUTE_MS / 2) {
        clock.advance(MINUTE_MS / 2)
        await eachStep()
        await new Promise(setImmediate)
      }
    },
  }
}

it('the watch checks everything that the proofs need at its start, one command after another, each in time', async () => {
  const { watch, sent, deadlines, codes } = setUp(['mailbox'])
  expect(await codes()).toEqual(['not-checked-yet'])
  await watch.start()
  expect(await codes()).toEqual([])
  expect(sent).toEqual([OWNER, VALUE, CHANGE])
  expect(deadlines).toEqual([TIMEOUT_MS, TIMEOUT_MS, TIMEOUT_MS])
})

it('the watch of a quiet service sends one command every five minutes, and all once a day, however often a monitor asks', async () => {
  const { watch, sent, sentMs, needed, pass, codes } = setUp()
  await watch.start()
  expect(sent.splice(0)).toEqual(needed)
  sentMs.length = 0
  await pass(DAY_MS, async () => expect(await codes()).toEqual([]))
  const [single, full] = [sent.slice(0, -needed.length), sent.slice(-needed.length)]
  expect(new Set(single)).toEqual(new Set([OWNER]))
  expect(full).toEqual(needed)
  for (let hour = 0; hour < 24; hour++) {
    const from = hour * 60 * MINUTE_MS
    const asked = sentMs.filter((atMs) => atMs > from && atMs <= from + 60 * MINUTE_MS).length
    expect(asked).toBeLessThanOrEqual(hour === 23 ? 11 + needed.length : 12)
  }
})

it('the watch sends nothing while attempts are answered, except all commands once a day', async () => {
  const { watch, sent, needed, pass, attempt, clock } = setUp()
  await watch.start()
  sent.length = 0
  await pass(2 * DAY_MS, () => {
    if (clock.now() % (4 * MINUTE_MS) === 0) attempt(RECORD)
  })
  expect(sent).toEqual([...needed, ...needed])
})

it('the watch sends nothing after it was stopped', async () => {
  const { watch, sent, pass } = setUp()
  await watch.start()
  sent.length = 0
  watch.stop()
  await pass(DAY_MS)
  expect(sent).toEqual([])
})

it('a check that was cut off by a stop reports nothing', async () => {
  const { watch, replies, codes } = setUp()
  replies.all = unavailable('timed-out')
  const started = watch.start()
  watch.stop()
  await started
  expect(await codes()).toEqual(['not-checked-yet'])
})

it.each([
  unavailable('unreachable'),
  unavailable('timed-out'),
  unavailable('left-alone'),
  misconfigured('key-refused'),
  misconfigured('request-refused'),
  NONSENSE,
])(
  'the watch reports once what affects every command, and sends one command every five minutes until it is gone: %s',
  async (fault) => {
    const { watch, sent, replies, codes, pass, needed } = setUp()
    replies.all = fault
    await watch.start()
    expect(await watch.checkReadiness()).toEqual([{ code: fault.reason }])
    await pass(20 * MINUTE_MS)
    expect(sent.splice(0)).toEqual(Array(5).fill(OWNER))
    delete replies.all
    await pass(5 * MINUTE_MS)
    expect(await codes()).toEqual([])
    expect(sent).toEqual(needed)
  },
)

it('the watch reports what is wrong with each command, and sends those every five minutes', async () => {
  const { watch, sent, replies, pass } = setUp()
  replies[VALUE] = misconfigured('command-forbidden')
  replies[RECORD] = misconfigured('command-untried')
  replies[CHANGE] = { exitCode: 0 }
  await watch.start()
  expect(await watch.checkReadiness()).toEqual([
    { code: 'command-forbidden', command: VALUE },
    { code: 'panel-failed', command: CHANGE },
    { code: 'command-untried', command: RECORD },
  ])
  sent.length = 0
  delete replies[RECORD]
  await pass(10 * MINUTE_MS)
  expect(sent).toEqual([VALUE, CHANGE, RECORD, VALUE, CHANGE])
})

it('the watch first checks whether the panel answers, then a command with a fault', async () => {
  const { watch, sent, attempt, replies, codes, pass } = setUp()
  await watch.start()
  sent.length = 0
  attempt(RECORD, misconfigured('command-forbidden'))
  attempt(OWNER, unavailable('unreachable'))
  replies.all = unavailable('reset')
  await pass(5 * MINUTE_MS)
  expect(sent.splice(0)).toEqual([OWNER])
  expect(await codes()).toEqual(['reset'])
  delete replies.all
  replies[RECORD] = misconfigured('command-forbidden')
  await pass(5 * MINUTE_MS)
  expect(sent).toEqual([OWNER, RECORD])
  expect(await codes()).toEqual(['command-forbidden'])
})

it('the watch checks every five minutes after a fault, however many attempts meet it', async () => {
  const { watch, sent, attempt, replies, pass } = setUp()
  await watch.start()
  sent.length = 0
  replies.all = unavailable('unreachable')
  await pass(10.5 * MINUTE_MS, () => attempt(RECORD, unavailable('unreachable')))
  expect(sent).toEqual([OWNER, OWNER])
})

it('the watch sends only one command when the panel is back', async () => {
  const { watch, sent, attempt, codes, pass } = setUp()
  await watch.start()
  sent.length = 0
  attempt(RECORD, unavailable('unreachable'))
  await pass(5 * MINUTE_MS)
  expect(sent).toEqual([OWNER])
  expect(await codes()).toEqual([])
})

it('the watch learns from attempts that the connection or the key has a fault, and that it is gone', async () => {
  const { watch, codes, attempt, sent, needed } = setUp()
  await watch.start()
  for (const fault of [
    unavailable('unreachable'),
    unavailable('reset'),
    unavailable('not-the-panel-http-502'),
    misconfigured('address-not-allowed'),
    misconfigured('api-disabled'),
  ]) {
    attempt(RECORD, fault)
    expect(await codes()).toEqual([fault.reason])
    // The effect of the earlier reports.
    attempt(RECORD, unavailable('left-alone'))
    expect(await codes()).toEqual([fault.reason])
    attempt(RECORD, { exitCode: 3 })
    expect(await codes()).toEqual([])
  }
  expect(sent).toEqual(needed)
})

it('a fault of a command outlasts one of the connection, but not another key', async () => {
  const { watch, codes, attempt } = setUp()
  await watch.start()
  attempt(RECORD, misconfigured('command-forbidden'))
  attempt(OWNER, unavailable('reset'))
  attempt(OWNER)
  expect(await codes()).toEqual(['command-forbidden'])
  attempt(OWNER, misconfigured('key-refused'))
  attempt(OWNER)
  expect(await codes()).toEqual([])
})

it('a panel that forbids a command is not away', async () => {
  const { watch, attempt } = setUp()
  await watch.start()
  attempt(OWNER, unavailable('reset'))
  attempt(RECORD, misconfigured('command-forbidden'))
  expect(await watch.checkReadiness()).toEqual([{ code: 'command-forbidden', command: RECORD }])
})

it('the watch reports a fault that an attempt met before the first check', async () => {
  const { codes, attempt } = setUp()
  attempt(RECORD, unavailable('unreachable'))
  expect(await codes()).toEqual(['unreachable'])
  attempt(RECORD)
  attempt(RECORD, misconfigured('command-forbidden'))
  expect(await codes()).toEqual(['command-forbidden'])
})

it('the watch learns from attempts what is wrong with a command, until it runs', async () => {
  const { watch, attempt } = setUp()
  await watch.start()
  for (const reason of ['command-forbidden', 'command-untried', 'forbidden']) {
    attempt(RECORD, misconfigured(reason))
    expect(await watch.checkReadiness()).toEqual([{ code: reason, command: RECORD }])
    attempt(RECORD)
    expect(await watch.checkReadiness()).toEqual([])
  }
  attempt('v-list-access-key', misconfigured('command-forbidden'))
  expect(await watch.checkReadiness()).toEqual([])
})

it.each([
  unavailable('timed-out'),
  misconfigured('request-refused'),
  NONSENSE,
  BUSY,
  new PanelFault('panel-failed', 'exit-code-12'),
])(
  'the watch learns no fault from an attempt that meets %s, which may be due to what it asked',
  async (fault) => {
    const { watch, codes, attempt } = setUp()
    await watch.start()
    attempt(RECORD, fault)
    expect(await codes()).toEqual([])
  },
)

it('the watch learns from attempts that the panel accepts no patterns, and only from a probe that it does again', async () => {
  const { watch, codes, attempt, pass } = setUp()
  await watch.start()
  const refused = { exitCode: 2, output: 'Error: invalid account format :: no' }
  attempt(VALUE, refused, ['alice', 'example.org', 'info', 'md5'])
  expect(await codes()).toEqual([])
  attempt(VALUE, refused, ['alice', 'example.org', 'john\\.doe', 'md5'])
  attempt(VALUE, { exitCode: 0 }, ['alice', 'example.org', 'info', 'md5'])
  expect(await codes()).toEqual(['escaped-name-refused'])
  await pass(5 * MINUTE_MS)
  expect(await codes()).toEqual([])
})

it('the watch checks everything when a key that was refused is accepted again', async () => {
  const { watch, sent, attempt, pass, needed, codes } = setUp()
  await watch.start()
  sent.length = 0
  await pass(3 * MINUTE_MS)
  attempt(RECORD, misconfigured('key-refused'))
  await pass(MINUTE_MS)
  attempt(RECORD)
  expect(await codes()).toEqual([])
  // Not before the cool-down has ended that began with the refusal.
  await pass(3.5 * MINUTE_MS)
  expect(sent).toEqual([])
  await pass(MINUTE_MS / 2)
  expect(sent).toEqual(needed.filter((name) => name !== RECORD))
})

it('the watch sees a cool-down that another instance began', async () => {
  const { watch, codes, keyGuard, sent, needed } = setUp()
  await watch.start()
  const refused = { is: 'refused', refusal: 'key-refused' } as const
  await keyGuard.pass({ name: OWNER, asked: 'output', repeatable: true }, async () => refused)
  expect(await codes()).toEqual(['key-refused'])
  expect(sent).toEqual(needed)
})

it('the watch waits behind attempts, and learns only from them about the commands that they used', async () => {
  const { watch, codes, attempt, replies, needed, sent, pass } = setUp()
  replies[VALUE] = BUSY
  await watch.start()
  expect(sent).toEqual([OWNER, VALUE])
  expect(await codes()).toEqual(['not-checked-yet'])
  attempt(VALUE, { exitCode: 0 }, ['alice', 'example.org', 'info', 'md5'])
  for (const name of needed) if (name !== VALUE) attempt(name)
  expect(await codes()).toEqual(['not-checked-yet'])
  attempt(VALUE, { exitCode: 0 }, ['alice', 'example.org', 'john\\.doe', 'md5'])
  expect(await codes()).toEqual([])
  await pass(5 * MINUTE_MS)
  expect(sent).toEqual([OWNER, VALUE, OWNER])
})
