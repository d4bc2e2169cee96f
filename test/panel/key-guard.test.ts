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

/** What readiness and a change by each proof ask, in steps: what stands in one step is asked at once. */
const READINESS = [[output('v-search-domain-owner')], ALL.slice(1).map(output)]
const BY_MAILBOX = [[output('v-search-domain-owner')], [VALUE, VALUE], [SEND_CHANGE]]
const BY_ACCOUNT = [
  [code('v-check-user-password'), code('v-check-user-2fa'), output('v-list-user'), VALUE],
  [SEND_CHANGE],
]

interface KeyedPanel {
  readonly guard: KeyGuard
  readonly clock: TestClock
  /** Undefined for a key that was deleted. */
  permitted: readonly string[] | undefined
  /** When it logged a failed login. */
  readonly failedLoginsMs: readonly number[]
  readonly sent: readonly string[]
  /** Asks step by step, until a call of a step is refused. */
  ask(steps: readonly (readonly Call[])[]): Promise<boolean>
}

/** A panel that answers at its own pace, behind a guard, and writes down the failed logins as Hestia does. */
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

/** When the panel logged failed logins, while for 40 minutes monitors and people ask without a pause. */
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
])('a key that $what fails too seldom for the panel’s fail2ban to ban this host', async ({ permitted }) => {
  const panel = createKeyedPanel(permitted)
  const times = await failedLoginsOf(panel)
  expect(times.length).toBeGreaterThan(1)
  expect(mostWithinAWindow(times)).toBeLessThan(PANEL_BANS_AT - CALLS_OF_THE_DOCTOR)
})

it.each(ALL)(
  'many calls at once by a key of which nothing is known yet, and that may run %s alone, do not lead to a ban',
  async (command) => {
    const panel = createKeyedPanel([command])
    await Promise.all(Array.from({ length: 8 }, () => panel.ask(BY_ACCOUNT)))
    expect(panel.failedLoginsMs.length).toBeLessThan(PANEL_BANS_AT - CALLS_OF_THE_DOCTOR)
  },
)

it.each(['mailbox', 'account'] as const)(
  'a key that is left with the commands of %s while all are known to be permitted does not lead to a ban, and serves on',
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

it('a key that was refused, and is taken again, is asked for all that it may do', async () => {
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

it('a key that was refused, and is taken again with less that it may do, does not lead to a ban', async () => {
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

it('one call goes ahead with a key of which nothing is known, and the others follow when it was taken', async () => {
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
