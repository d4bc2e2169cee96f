import { expect, it } from 'vitest'
import { createKeyGuard, type KeyGuard } from '../../src/panel/key-guard.js'
import { neededCommands } from '../../src/panel/needed-commands.js'
import type { Asked, CommandAnswer, RefusedCall } from '../../src/panel/read-answer.js'
import { createMemoryKeyCooldown } from '../../src/store/memory-key-cooldown.js'
import { createTestClock, type TestClock } from '../kit/clock.js'
import { CALLS_OF_THE_DOCTOR, mostWithinAWindow, PANEL_BANS_AT, WINDOW_MS } from '../kit/panel-bans.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'

const ALL = neededCommands(['mailbox', 'account'])

interface Call {
  readonly name: string
  readonly asked: Asked
  readonly repeatable: boolean
}

const output = (name: string): Call => ({ name, asked: 'output', repeatable: true })
const code = (name: string): Call => ({ name, asked: 'code', repeatable: true })

const SEND_CHANGE: Call = { name: CHANGE, asked: 'code', repeatable: false }
const VALUE = output('v-get-mail-account-value')

/** The calls of readiness and of a change by each proof, in steps. The calls of one step run in parallel. */
const READINESS = [[output('v-search-domain-owner')], ALL.slice(1).map(output)]
const BY_MAILBOX = [[output('v-search-domain-owner')], [VALUE, VALUE], [SEND_CHANGE]]
const BY_ACCOUNT = [
  [code('v-check-user-password'), code('v-check-user-2fa'), output('v-list-user'), VALUE],
  [SEND_CHANGE],
]

interface KeyedPanel {
  readonly guard: KeyGuard
  readonly clock: TestClock
  /** Undefined for a deleted key. */
  permitted: readonly string[] | undefined
  /** The times at which it logged failed logins. */
  readonly failedLoginsMs: readonly number[]
  readonly sent: readonly string[]
  /** Makes the calls step by step, until one is refused. */
  ask(steps: readonly (readonly Call[])[]): Promise<boolean>
}

/** A panel that answers at its own pace, behind a guard. It logs failed logins as Hestia does. */
function createKeyedPanel(permitted: readonly string[] | undefined): KeyedPanel {
  const clock = createTestClock()
  const guard = createKeyGuard(createMemoryKeyCooldown(clock), clock)
  const failedLoginsMs: number[] = []
  const sent: string[] = []
  const panel: KeyedPanel = { guard, clock, permitted, failedLoginsMs, sent, ask }

  async function send({ name, asked }: Call): Promise<CommandAnswer | RefusedCall> {
    sent.push(name)
    const may = panel.permitted
    await new Promise(setImmediate)
    if (may?.includes(name)) return { is: 'ran', exitCode: 0, output: '' }
    failedLoginsMs.push(clock.now())
    if (may === undefined) return { is: 'refused', refusal: 'key-refused' }
    return { is: 'refused', refusal: asked === 'code' ? 'forbidden' : 'command-forbidden' }
  }

  async function ask(steps: readonly (readonly Call[])[]): Promise<boolean> {
    for (const step of steps) {
      const answers = await Promise.all(step.map((call) => guard.pass(call, () => send(call))))
      if (answers.some(({ is }) => is === 'refused')) return false
    }
    return true
  }
  return panel
}

/** The times at which the panel logged failed logins, while monitors and people send requests without a pause for 40 minutes. */
async function failedLoginsOf(panel: KeyedPanel): Promise<readonly number[]> {
  while (panel.clock.now() < 4 * WINDOW_MS) {
    await panel.ask(READINESS)
    await Promise.all([panel.ask(BY_MAILBOX), panel.ask(BY_ACCOUNT)])
    panel.clock.advance(30_000)
  }
  return panel.failedLoginsMs
}

it.each([
  { what: 'was deleted', permitted: undefined },
  { what: 'may run nothing', permitted: [] },
  ...ALL.map((command) => ({ what: `may run ${command} alone`, permitted: [command] })),
  ...ALL.map((missing) => ({
    what: `may not run ${missing}`,
    permitted: ALL.filter((command) => command !== missing),
  })),
])('a key that $what fails too rarely for the panel’s fail2ban to ban this host', async ({ permitted }) => {
  const panel = createKeyedPanel(permitted)
  const times = await failedLoginsOf(panel)
  expect(times.length).toBeGreaterThan(1)
  expect(mostWithinAWindow(times)).toBeLessThan(PANEL_BANS_AT - CALLS_OF_THE_DOCTOR)
})

it.each(ALL)('many parallel calls with an unknown key that may only run %s cause no ban', async (command) => {
  const panel = createKeyedPanel([command])
  await Promise.all(Array.from({ length: 8 }, () => panel.ask(BY_ACCOUNT)))
  expect(panel.failedLoginsMs.length).toBeLessThan(PANEL_BANS_AT - CALLS_OF_THE_DOCTOR)
})

it.each(['mailbox', 'account'] as const)(
  'a key that loses all but the commands of %s when all are known to be permitted causes no ban, and goes on working',
  async (proof) => {
    const panel = createKeyedPanel(ALL)
    expect(await panel.ask(READINESS)).toBe(true)
    panel.permitted = neededCommands([proof])
    const times = await failedLoginsOf(panel)
    expect(times.length).toBeGreaterThan(1)
    expect(mostWithinAWindow(times)).toBeLessThan(PANEL_BANS_AT)
    expect(await panel.ask(proof === 'mailbox' ? BY_MAILBOX : BY_ACCOUNT)).toBe(true)
  },
)

it('a key that was refused and is accepted again is checked for all it may do', async () => {
  const panel = createKeyedPanel(ALL)
  expect(await panel.ask(READINESS)).toBe(true)
  // A command that the service can do without.
  expect(await panel.ask([[output('v-list-access-key')]])).toBe(false)
  panel.clock.advance(60_000)
  panel.permitted = undefined
  expect(await panel.ask(BY_ACCOUNT)).toBe(false)
  panel.permitted = ALL
  expect(await panel.ask(BY_ACCOUNT)).toBe(false)
  panel.clock.advance(5 * 60_000)
  expect(await panel.ask(BY_ACCOUNT)).toBe(true)
  expect(await panel.ask(READINESS)).toBe(true)
})

it('a key that was refused and is accepted again with fewer permissions causes no ban', async () => {
  const panel = createKeyedPanel(ALL)
  expect(await panel.ask(READINESS)).toBe(true)
  panel.permitted = undefined
  expect(await panel.ask(BY_ACCOUNT)).toBe(false)
  panel.permitted = ['v-check-user-password']
  panel.clock.advance(5 * 60_000)
  const before = panel.failedLoginsMs.length
  await Promise.all(Array.from({ length: 8 }, () => panel.ask(BY_ACCOUNT)))
  expect(panel.failedLoginsMs.length - before).toBeLessThan(PANEL_BANS_AT - CALLS_OF_THE_DOCTOR)
})

it('one call goes ahead with an unknown key, and the others follow when it was accepted', async () => {
  const panel = createKeyedPanel(ALL)
  let answer = (_given: CommandAnswer): void => undefined
  const answered = new Promise<CommandAnswer>((resolve) => {
    answer = resolve
  })
  const first = panel.guard.pass(VALUE, () => answered)
  const others = panel.ask([[VALUE, code('v-check-user-password')]])
  await new Promise(setImmediate)
  expect(panel.sent).toEqual([])
  answer({ is: 'ran', exitCode: 0, output: '' })
  await Promise.all([first, others])
  expect(panel.sent.toSorted()).toEqual(['v-check-user-password', 'v-get-mail-account-value'])
})

const RAN: CommandAnswer = { is: 'ran', exitCode: 0, output: '' }
const LOOKUP = output('v-list-user')

/** A guard that records what it sends. The test answers each call. */
function createGuard() {
  const clock = createTestClock()
  const guard = createKeyGuard(createMemoryKeyCooldown(clock), clock)
  const sent: string[] = []
  const pass = (call: Call, answer: RefusedCall['refusal'] | 'ran' = 'ran') =>
    guard.pass(call, async () => {
      sent.push(call.name)
      return answer === 'ran' ? RAN : { is: 'refused', refusal: answer }
    })
  return { guard, clock, sent, pass }
}

it('a call for the code is not sent for ten minutes after a command was forbidden, and then it is', async () => {
  const { clock, sent, pass } = createGuard()
  await pass(code('v-check-user-password'), 'forbidden')
  clock.advance(10 * 60_000 - 1)
  expect(await pass(code('v-check-user-2fa'))).toEqual({ is: 'refused', refusal: 'command-untried' })
  expect(await pass(code('v-check-user-password'))).toEqual({ is: 'refused', refusal: 'forbidden' })
  clock.advance(1)
  expect(await pass(code('v-check-user-2fa'))).toEqual(RAN)
  expect(sent).toEqual(['v-check-user-password', 'v-check-user-2fa'])
})

it('a command forbidden more than ten minutes ago is not reported for one that was not tried since', async () => {
  const { clock, pass } = createGuard()
  await pass(LOOKUP, 'command-forbidden')
  clock.advance(10 * 60_000)
  await pass(VALUE, 'command-forbidden')
  expect(await pass(VALUE)).toEqual({ is: 'refused', refusal: 'command-forbidden' })
  expect(await pass(LOOKUP)).toEqual({ is: 'refused', refusal: 'command-untried' })
})

it('two commands that were forbidden within ten minutes are both reported', async () => {
  const { clock, sent, pass } = createGuard()
  await pass(code('v-check-user-password'), 'forbidden')
  clock.advance(60_000)
  // For its output, because nobody knows yet why the first one was forbidden.
  await pass(LOOKUP, 'command-forbidden')
  expect(await pass(code('v-check-user-password'))).toEqual({ is: 'refused', refusal: 'forbidden' })
  expect(await pass(LOOKUP)).toEqual({ is: 'refused', refusal: 'command-forbidden' })
  expect(sent).toEqual(['v-check-user-password', 'v-list-user'])
})

it.each(['request-refused', 'api-disabled', 'address-not-allowed'] as const)(
  'a call that is refused as %s says nothing about what the key may do',
  async (refusal) => {
    const { guard, sent, pass } = createGuard()
    await pass(LOOKUP, refusal)
    expect(await guard.isCoolingDown()).toBe(false)
    expect(await pass(LOOKUP)).toEqual(RAN)
    expect(await pass(code('v-check-user-2fa'))).toEqual(RAN)
    expect(sent).toHaveLength(3)
  },
)

it('no commands are sent after the panel refused the key', async () => {
  const { guard, sent, pass } = createGuard()
  expect(await guard.isCoolingDown()).toBe(false)
  await pass(LOOKUP, 'key-refused')
  expect(await guard.isCoolingDown()).toBe(true)
  expect(await pass(LOOKUP)).toEqual({ is: 'refused', refusal: 'key-refused' })
  expect(sent).toHaveLength(1)
})

it.each([
  ['a command that is known to be permitted', LOOKUP],
  ['a change', SEND_CHANGE],
])('%s does not wait for a call that goes ahead', async (_what, call) => {
  const { guard, sent, pass } = createGuard()
  await pass(LOOKUP)
  let answer = (_given: CommandAnswer): void => undefined
  const answered = new Promise<CommandAnswer>((resolve) => {
    answer = resolve
  })
  const ahead = guard.pass(VALUE, () => answered)
  expect(await pass(call)).toEqual(RAN)
  expect(sent).toEqual([LOOKUP.name, call.name])
  answer(RAN)
  await ahead
})

it('calls that waited for an unanswered one continue in parallel', async () => {
  const { guard } = createGuard()
  let fail = (_error: Error): void => undefined
  const failed = new Promise<CommandAnswer>((_resolve, reject) => {
    fail = reject
  })
  const ahead = guard.pass(VALUE, () => failed)
  let begun = 0
  let answer = (_given: CommandAnswer): void => undefined
  const answered = new Promise<CommandAnswer>((resolve) => {
    answer = resolve
  })
  const send = () => {
    begun += 1
    return answered
  }
  const others = [guard.pass(VALUE, send), guard.pass(LOOKUP, send)]
  fail(new Error('no answer'))
  await expect(ahead).rejects.toThrow('no answer')
  await expect.poll(() => begun).toBe(2)
  answer(RAN)
  expect(await Promise.all(others)).toEqual([RAN, RAN])
})
