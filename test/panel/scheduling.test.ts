import { expect, it } from 'vitest'
import { callerGone } from '../../src/core/panel-port.js'
import { Secret } from '../../src/lib/secret.js'
import {
  byOwner,
  byPassword,
  byWrongPassword,
  createPanelInMemory,
  type Ended,
  type Try,
} from '../kit/panel-in-memory.js'

const HASH_MS = 750
const CHECK_MS = 730
const RECORD_MS = 610
const CHANGE_MS = 1270

type Panel = Awaited<ReturnType<typeof createPanelInMemory>>

/** One change, from which the service learns the owner of the domain and how long commands take. */
async function warmUp(panel: Panel): Promise<void> {
  const tries = [byPassword, byOwner].map((proof, index) => ({
    localPart: `box${590 + index}`,
    proof,
    clientAddress: '198.51.100.1',
    timeoutMs: 30_000,
  }))
  for (const each of tries) expect((await panel.attempt(each)).outcome.code).toBe('changed')
  panel.sent.length = 0
}

/** Expects that each answer is true. */
function expectTruth(panel: Panel, ended: readonly Ended[]): void {
  for (const [index, { outcome }] of ended.entries()) {
    expect(panel.hasNew(`box${index}`), `box${index}: ${outcome.code}`).toBe(outcome.code === 'changed')
  }
}

it.each([
  ['their passwords', byPassword, 12 * (HASH_MS + CHANGE_MS)],
  // All with the same account, whose record is read once for all who wait for it.
  ['their hosting account', byOwner, 12 * (CHECK_MS + CHANGE_MS) + RECORD_MS],
] as const)(
  'twelve people at once in one domain, with a panel of two cores, all get through by %s within their panel work',
  async (_what, proof, workMs) => {
    const panel = await createPanelInMemory('small')
    await warmUp(panel)
    const startedMs = panel.clock.now()
    const ended = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        panel.attempt({
          localPart: `box${index}`,
          proof,
          clientAddress: `203.0.113.${index}`,
          timeoutMs: 30_000,
        }),
      ),
    )
    expect(ended.map(({ outcome }) => outcome.code)).toEqual(ended.map(() => 'changed'))
    expectTruth(panel, ended)
    const lastMs = Math.max(...ended.map(({ endedMs }) => endedMs)) - startedMs
    expect(lastMs / workMs).toBeLessThanOrEqual(1.15)
  },
)

it('the number of parallel commands is reported when it changes much: not with a panel of two cores, but with a fast one', async () => {
  for (const [machine, expected] of [
    ['small', undefined],
    ['fast', 3],
  ] as const) {
    const panel = await createPanelInMemory(machine)
    await warmUp(panel)
    const tries = Array.from({ length: 40 }, (_, index) =>
      panel.attempt({
        localPart: `box${index}`,
        proof: byWrongPassword,
        clientAddress: `203.0.113.${index}`,
        timeoutMs: 60_000,
      }),
    )
    await Promise.all(tries)
    // It changes in between, but is reported once a minute at most.
    expect(panel.limits).toEqual(expected === undefined ? [] : [expected])
  }
})

it.each([
  [200, 500],
  [400, 500],
  [800, 100],
  [1200, 100],
  [1600, 100],
  [1900, 500],
])(
  'with a panel of two cores, callers who give up after five seconds, one every %i ms, learn about each change that is made (%i of them)',
  async (gapMs, callers) => {
    const panel = await createPanelInMemory('small')
    await warmUp(panel)
    const startedMs = panel.clock.now()
    const tries: Promise<Ended & { tookMs: number }>[] = []
    for (let index = 0; index < callers; index++) {
      const sentMs = panel.clock.now()
      const clientAddress = `203.0.${index >> 8}.${index & 255}`
      const ended = panel.attempt({
        localPart: `box${index}`,
        proof: byPassword,
        clientAddress,
        timeoutMs: 4500,
      })
      tries.push(ended.then((result) => ({ ...result, tookMs: result.endedMs - sentMs })))
      await panel.clock.wait(gapMs)
    }
    const ended = await Promise.all(tries)
    expectTruth(panel, ended)
    const made = ended.filter(({ outcome }) => outcome.code === 'changed')
    expect(made.filter(({ tookMs }) => tookMs > 5000)).toEqual([])
    const possible = (panel.clock.now() - startedMs) / (HASH_MS + CHANGE_MS)
    expect(made.length / possible).toBeGreaterThanOrEqual(0.8)
    expect(new Set(ended.map(({ outcome }) => outcome.code))).toEqual(new Set(['changed', 'panel-busy']))
  },
)

it.each([
  ['small', HASH_MS + CHANGE_MS, 673, 90],
  // The changes of one domain run one after another, however many commands run in parallel.
  ['fast', 310, 45, 400],
] as const)(
  'three times as many as a %s panel can serve, and more, keep it busy in one domain, and the others are told at once',
  async (machine, changeMs, gapMs, callers) => {
    const panel = await createPanelInMemory(machine)
    await warmUp(panel)
    const startedMs = panel.clock.now()
    const tries: Promise<Ended & { tookMs: number }>[] = []
    for (let index = 0; index < callers; index++) {
      const sentMs = panel.clock.now()
      const ended = panel.attempt({
        localPart: `box${index}`,
        proof: byPassword,
        clientAddress: `203.0.${index >> 8}.${index & 255}`,
        timeoutMs: 30_000,
      })
      tries.push(ended.then((result) => ({ ...result, tookMs: result.endedMs - sentMs })))
      await panel.clock.wait(gapMs)
    }
    const ended = await Promise.all(tries)
    expectTruth(panel, ended)
    const refused = ended.filter(({ outcome }) => outcome.code !== 'changed')
    expect(refused.filter(({ tookMs }) => tookMs > 1000)).toEqual([])
    const possible = (panel.clock.now() - startedMs) / changeMs
    expect((ended.length - refused.length) / possible).toBeGreaterThanOrEqual(0.97)
  },
)

it('with a panel of two cores, forty guessers cost a person at most twice the time of an idle panel', async () => {
  const panel = await createPanelInMemory('small')
  await warmUp(panel)
  let isOn = true
  const guesses = Array.from({ length: 40 }, async (_, sender) => {
    const clientAddress = `203.0.113.${sender}`
    for (let index = sender; isOn; index += 40) {
      const localPart = `box${index % 600}`
      await panel.attempt({ localPart, proof: byWrongPassword, clientAddress, timeoutMs: 30_000 })
      await panel.clock.wait(500)
    }
  })
  await panel.clock.wait(60_000)
  for (const [index, proof, idleMs] of [
    [0, byPassword, HASH_MS + CHANGE_MS],
    [1, byOwner, CHECK_MS + RECORD_MS + CHANGE_MS],
  ] as const) {
    const sentMs = panel.clock.now()
    const clientAddress = `198.51.100.${index + 10}`
    const ended = await panel.attempt({
      localPart: `box${index}`,
      proof,
      clientAddress,
      timeoutMs: 30_000,
    })
    expect(ended.outcome.code).toBe('changed')
    expect((ended.endedMs - sentMs) / idleMs).toBeLessThanOrEqual(2)
  }
  isOn = false
  await Promise.all(guesses)
})

it.each([
  ['small', 'the password', byPassword, HASH_MS + CHANGE_MS],
  ['small', 'the account', byOwner, CHECK_MS + RECORD_MS + CHANGE_MS],
  ['fast', 'the password', byPassword, 210 + 310],
  ['fast', 'the account', byOwner, 220 + 200 + 310],
] as const)(
  'with a panel of two cores, a change on an idle %s one, by %s, takes no longer than its commands',
  async (machine, _proof, proof, workMs) => {
    const panel = await createPanelInMemory(machine)
    await warmUp(panel)
    const sentMs = panel.clock.now()
    const ended = await panel.attempt({
      localPart: 'box1',
      proof,
      clientAddress: '203.0.113.9',
      timeoutMs: 30_000,
    })
    expect(ended.outcome.code).toBe('changed')
    expect(ended.endedMs - sentMs).toBeLessThanOrEqual(workMs)
  },
)

/** With a hosting account and a code. */
const byAccount = (username: string, password = `${username} panel pw`) => ({
  ...byOwner,
  username,
  password: new Secret(password),
  code: new Secret('000000'),
})

/** Refused guesses that must look the same, by what they guess. */
const ALIKE = {
  mailbox: {
    'a wrong password': { localPart: 'box1', proof: byWrongPassword },
    'an unknown mailbox': { localPart: 'nobody', proof: byWrongPassword },
    'an unknown domain': { localPart: 'info', domain: 'unknown.example', proof: byWrongPassword },
  },
  account: {
    'a wrong password': { localPart: 'box1', proof: byAccount('alice', 'wrong') },
    'an unknown account': { localPart: 'box1', proof: byAccount('nobody', 'wrong') },
    'a refused account': { localPart: 'box1', proof: byAccount('erin') },
    'a wrong code': { localPart: 'box1', proof: byAccount('dave') },
  },
}

it.each([
  ['an idle small panel', 'small', 0],
  ['a small panel with six others before it', 'small', 6],
  ['an idle fast panel', 'fast', 0],
  ['a fast panel with twenty others before it', 'fast', 20],
] as const)(
  'refusals of guesses come, in steps of a second, after the same time whatever was wrong, on %s',
  async (_what, machine, others) => {
    for (const guesses of Object.values(ALIKE)) {
      const times = new Map<string, number>()
      for (const [what, guess] of Object.entries(guesses)) {
        const panel = await createPanelInMemory(machine)
        await warmUp(panel)
        let sender = 0
        const attempt = (given: Pick<Try, 'localPart' | 'domain' | 'proof'>) =>
          panel.attempt({ ...given, clientAddress: `203.0.113.${sender++}`, timeoutMs: 55_000 })
        // By then, the durations of commands are known, and that there is no such domain.
        for (const each of Object.values(guesses)) await attempt(each)
        const before = Array.from({ length: others }, (_, index) =>
          attempt({ localPart: `box${index + 10}`, proof: byWrongPassword }),
        )
        await panel.clock.wait(1)
        const sentMs = panel.clock.now()
        const ended = await attempt(guess)
        expect(ended.outcome.code, what).toBe('invalid-credentials')
        times.set(what, Math.ceil((ended.endedMs - sentMs) / 1000))
        await Promise.all(before)
      }
      expect(new Set(times.values()).size, JSON.stringify([...times])).toBe(1)
    }
  },
)

it('when an owner changes two mailboxes in parallel, the first never waits for what only the second needs', async () => {
  const panel = await createPanelInMemory('fast')
  await warmUp(panel)
  const attempt = (localPart: string, proof: Try['proof'], clientAddress: string) =>
    panel.attempt({ localPart, proof, clientAddress, timeoutMs: 60_000 })
  const others = (proof: Try['proof'], from: number, count: number) =>
    Array.from({ length: count }, (_, index) =>
      attempt(`box${from + index}`, proof, `198.51.100.${from + index}`),
    )
  for (let from = 100; panel.load().limit !== 4; from += 4) {
    expect(from).toBeLessThan(200)
    await Promise.all(others(byWrongPassword, from, 4))
  }
  // Next to the first one’s check, there is no room for the account’s record. Next to the second one’s, there would be.
  const before = others(byWrongPassword, 200, 3)
  await panel.clock.wait(100)
  const first = attempt('box0', byOwner, '203.0.113.1')
  await panel.clock.wait(170)
  const second = attempt('box1', byOwner, '203.0.113.1')
  const outcomes = (await Promise.all([first, second])).map(({ outcome }) => outcome.code)
  expect(outcomes).toEqual(['changed', 'changed'])
  await Promise.all(before)
})

it.each([
  ['while it waits for its turn', 8, 100, ['caller-gone', 0]],
  ['while its password is checked', 0, 100, ['caller-gone', 1]],
  ['while its change is made', 0, HASH_MS + 100, ['changed', 2]],
] as const)(
  'a caller that hangs up %s costs the panel only the commands sent by then',
  async (_when, before, afterMs, [ended, commands]) => {
    const panel = await createPanelInMemory('small')
    await warmUp(panel)
    const caller = new AbortController()
    const tries = Array.from({ length: before + 1 }, (_, index) =>
      panel.attempt({
        localPart: `box${index}`,
        proof: byPassword,
        clientAddress: `203.0.113.${index}`,
        timeoutMs: 30_000,
        ...(index === before && { hungUp: caller.signal }),
      }),
    )
    await panel.clock.wait(afterMs)
    caller.abort(callerGone())
    const outcomes = (await Promise.all(tries)).map(({ outcome }) => outcome)
    const last = outcomes.pop()
    expect(last && 'reason' in last ? last.reason : last?.code).toBe(ended)
    expect(outcomes.map(({ code }) => code)).toEqual(outcomes.map(() => 'changed'))
    expect(panel.sent).toHaveLength(2 * before + commands)
    expect(panel.hasNew(`box${before}`)).toBe(ended === 'changed')
  },
)
