import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Outcome, Refused } from '../../src/core/answer.js'
import type { Attempt, CallerKind, Credentials } from '../../src/core/attempt.js'
import type { LimitStore } from '../../src/core/attempt-limits.js'
import { parseMailbox } from '../../src/core/mailbox.js'
import { StoreUnavailable } from '../../src/core/outage.js'
import type { Challenge } from '../../src/core/puzzle.js'
import { Secret } from '../../src/lib/secret.js'
import { createAttemptLimits, type LimitAttempt } from '../../src/limits/attempt-limits.js'
import { createKnownPairs } from '../../src/limits/known-pairs.js'
import { createLimiter } from '../../src/limits/limiter.js'
import { createPuzzles } from '../../src/limits/puzzle.js'
import { createMemoryLimitStore } from '../../src/store/memory-limit-store.js'
import { createMemoryOnceStore } from '../../src/store/memory-once-store.js'
import { createMemoryPairStore } from '../../src/store/memory-pair-store.js'
import { createTestClock, type TestClock } from '../kit/clock.js'
import { holdTime } from '../kit/held-time.js'
import { encode, solve } from '../kit/puzzle.js'

const FAILURES_WINDOW_MS = 60_000
const TARGET_WINDOW_MS = 600_000

const DAY_MS = 24 * 60 * 60_000

const refused: Outcome = { code: 'invalid-credentials' }
const changed: Outcome = { code: 'changed', evidence: 'answered' }
const lost: Outcome = { code: 'mail-server-unavailable', reason: 'timed-out', credentialsSent: true }
const away: Outcome = { code: 'mail-server-unavailable', reason: 'unreachable', credentialsSent: false }

const byMailbox: Credentials = { proof: 'mailbox', password: new Secret('current') }

function byAccount(username: string): Credentials {
  return { proof: 'account', username, password: new Secret('current'), code: undefined }
}

function attempt(
  clientAddress = '203.0.113.7',
  address = 'info@example.org',
  credentials: Credentials = byMailbox,
): Attempt {
  const mailbox = parseMailbox(address)
  if (!mailbox) throw new Error('the mailbox can’t be read')
  return {
    mailbox,
    credentials,
    newPassword: new Secret('next'),
    solution: undefined,
    clientAddress,
    deadline: { leftMs: () => 1000 },
    hungUp: new AbortController().signal,
    callerKind: 'public',
  }
}

interface Limits {
  readonly failures?: number
  readonly target?: number
  readonly ceiling?: number
  readonly clock?: TestClock
  readonly failuresStore?: LimitStore
  readonly targetStore?: LimitStore
}

function createLimits({
  failures = 100,
  target = 100,
  ceiling = 100,
  clock = createTestClock(),
  failuresStore = createMemoryLimitStore(clock, FAILURES_WINDOW_MS),
  targetStore = createMemoryLimitStore(clock, TARGET_WINDOW_MS),
}: Limits): LimitAttempt {
  const ceilingStore = createMemoryLimitStore(clock, DAY_MS)
  return createAttemptLimits({
    failures: createLimiter('failures', { count: failures, windowMs: FAILURES_WINDOW_MS }, failuresStore),
    target: createLimiter('target', { count: target, windowMs: TARGET_WINDOW_MS }, targetStore),
    ceiling: createLimiter('ceiling', { count: ceiling, windowMs: DAY_MS }, ceilingStore),
    knownPairs: createKnownPairs(createMemoryPairStore(clock), Buffer.alloc(32)),
    puzzles: createPuzzles({ key: Buffer.alloc(32), once: createMemoryOnceStore(clock) }, 20),
  })
}

/** Makes attempts one after another. Returns the code of each outcome, or the name of the limit that stopped it. */
async function inOrder(limit: LimitAttempt, outcomes: readonly Outcome[]): Promise<string[]> {
  const seen: string[] = []
  for (const outcome of outcomes) {
    const made = limit(attempt(), async () => outcome).then(({ code }) => code, refusalOf)
    seen.push(await made)
  }
  return seen
}

function refusalOf(error: unknown): string {
  if (!(error instanceof Refused) || error.answer.code !== 'too-many-attempts') throw error
  return `${error.answer.limit.name} in ${error.answer.limit.retryAfterMs}`
}

it('only refused credentials, and lost answers about them, count against their sender', async () => {
  expect(await inOrder(createLimits({ failures: 2 }), [away, refused, away, lost, refused])).toEqual([
    'mail-server-unavailable',
    'invalid-credentials',
    'mail-server-unavailable',
    'mail-server-unavailable',
    'failures in 60000',
  ])
})

it('a success resets the failures of its address, which is then known', async () => {
  const limit = createLimits({ failures: 2, target: 3 })
  expect(await inOrder(limit, [refused, changed, refused, refused, changed])).toEqual([
    'invalid-credentials',
    'changed',
    'invalid-credentials',
    'invalid-credentials',
    'failures in 60000',
  ])
  // One attempt of a stranger, the first above, counted for all: two more may follow.
  const stranger = async (host: number) =>
    await limit(attempt(`198.51.100.${host}`), async () => refused).then(({ code }) => code, refusalOf)
  expect([await stranger(1), await stranger(2), await stranger(3)].at(-1)).toBe('target in 600000')
})

it('strangers who have used up the guesses at a secret lock out only strangers', async () => {
  const limit = createLimits({ target: 2, ceiling: 3 })
  const from = (
    clientAddress: string,
    outcome: Outcome,
    callerKind: CallerKind = 'public',
    credentials: Credentials = byMailbox,
  ) =>
    limit({ ...attempt(clientAddress, undefined, credentials), callerKind }, async () => outcome).then(
      ({ code }) => code,
      refusalOf,
    )
  const home = '2001:db8:1:2::3'
  expect(await from(home, changed)).toBe('changed')
  for (const host of [1, 2]) await from(`198.51.100.${host}`, refused)
  expect(await from('198.51.100.3', changed)).toBe('target in 600000')
  // Its owner, from the same network of an IPv6 site.
  expect(await from('2001:db8:1:2:ffff::4', changed)).toBe('changed')
  expect(await from('2001:db8:1:3::3', changed)).toBe('target in 600000')
  // Webmail servers and clients. The webmail server's address isn't a known one.
  expect(await from('192.0.2.1', refused, 'webmail')).toBe('invalid-credentials')
  expect(await from('192.0.2.2', changed, 'client')).toBe('changed')
  expect(await from('192.0.2.1', refused, 'webmail')).toBe('invalid-credentials')
  expect(await from('192.0.2.1', changed, 'webmail')).toBe('target in 600000')
  // And the other secret that can change the mailbox's password.
  expect(await from('198.51.100.9', changed, 'public', byAccount('alice'))).toBe('changed')
})

/** The puzzle in a refusal, if there is one. */
async function challengeIn(refusal: Promise<unknown>): Promise<Challenge | undefined> {
  const error = await refusal.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Refused) || error.answer.code !== 'too-many-attempts') throw new Error('not refused')
  return error.answer.limit.challenge
}

it('a stranger who solves a puzzle gets one more attempt at the secret that it is for', async () => {
  const limit = createLimits({ target: 1, ceiling: 3 })
  const from = (host: number, outcome: Outcome, more: Partial<Attempt> = {}) =>
    limit({ ...attempt(`198.51.100.${host}`), ...more }, async () => outcome)
  await from(1, refused)
  const challenge = await challengeIn(from(2, changed))
  if (!challenge) throw new Error('no puzzle')
  const solution = encode(solve(challenge))
  // It doesn't work for another secret, nor twice.
  await from(3, refused, { credentials: byAccount('alice') })
  expect(await challengeIn(from(4, changed, { credentials: byAccount('alice'), solution }))).toBeDefined()
  expect((await from(2, refused, { solution })).code).toBe('invalid-credentials')
  const next = await challengeIn(from(2, changed, { solution }))
  expect(next).not.toEqual(challenge)
  // It still counts: once the ceiling is reached, no puzzle helps.
  if (next)
    expect((await from(5, refused, { solution: encode(solve(next)) })).code).toBe('invalid-credentials')
  expect(await challengeIn(from(6, changed))).toBeUndefined()
})

it('only the public gets a puzzle, and only if no other limit would stop its solver', async () => {
  const limit = createLimits({ target: 1, failures: 1 })
  await limit(attempt(), async () => refused)
  expect(await challengeIn(limit(attempt(), async () => changed))).toBeUndefined()
  const challenge = await challengeIn(limit(attempt('198.51.100.1'), async () => changed))
  if (!challenge) throw new Error('no puzzle')
  const webmail = { ...attempt('198.51.100.2'), callerKind: 'webmail' as const }
  await limit(webmail, async () => refused)
  const other = { ...webmail, clientAddress: '198.51.100.3', solution: encode(solve(challenge)) }
  expect(await challengeIn(limit(other, async () => changed))).toBeUndefined()
})

it('an address that has proven a secret may be wrong up to the ceiling, whatever strangers do', async () => {
  const limit = createLimits({ target: 1, ceiling: 3 })
  const home = (outcome: Outcome) => limit(attempt(), async () => outcome).then(({ code }) => code, refusalOf)
  expect(await home(changed)).toBe('changed')
  await limit(attempt('198.51.100.1'), async () => refused)
  for (let guess = 0; guess < 3; guess++) expect(await home(refused)).toBe('invalid-credentials')
  expect(await home(changed)).toBe(`ceiling in ${DAY_MS}`)
})

it('an attempt that fails because of a bug stays counted: nobody knows how far it got', async () => {
  const limit = createLimits({ failures: 1 })
  const bug = limit(attempt(), async () => {
    throw new TypeError('a bug')
  })
  await expect(bug).rejects.toThrow(TypeError)
  expect(await inOrder(limit, [changed])).toEqual(['failures in 60000'])
})

/** An attempt that ends with the outcome that a test chooses. */
function underWay(limit: LimitAttempt, given: Attempt = attempt()) {
  let end: (outcome: Outcome) => void = () => undefined
  const outcome = new Promise<Outcome>((resolve) => {
    end = resolve
  })
  let begin: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  let hasBegun = false
  const result = limit(given, () => {
    hasBegun = true
    begin()
    return outcome
  }).then(({ code }) => code, refusalOf)
  return { end, begun, result, hasBegun: () => hasBegun }
}

/** Lets everything happen that needs no other event. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

it.each([
  ['right, goes ahead', changed, 'changed'],
  ['a guess, is refused for the whole window', refused, 'failures in 60000'],
])(
  'an attempt waits for one in progress that fills a limit, and if that was %s',
  async (_what, ended, result) => {
    const limit = createLimits({ failures: 1 })
    const [first, second] = [underWay(limit), underWay(limit)]
    await first.begun
    await settle()
    expect(second.hasBegun()).toBe(false)
    first.end(ended)
    second.end(changed)
    expect(await second.result).toBe(result)
  },
)

/** Two instances that count in one store. */
function createInstances(failures: number): [LimitAttempt, LimitAttempt] {
  const clock = createTestClock()
  const failuresStore = createMemoryLimitStore(clock, FAILURES_WINDOW_MS)
  return [createLimits({ failures, clock, failuresStore }), createLimits({ failures, clock, failuresStore })]
}

it.each([
  ['right, goes ahead', changed, 'changed'],
  ['a guess, is refused for the whole window', refused, 'failures in 60000'],
])(
  'an attempt waits for one in progress in another instance, checking four times a second, and if that was %s',
  async (_what, ended, result) => {
    const [ours, theirs] = createInstances(1)
    const time = holdTime()
    const first = underWay(theirs)
    await first.begun
    const second = underWay(ours)
    await settle()
    await time.pass(250, () => true)
    await settle()
    expect(second.hasBegun()).toBe(false)
    first.end(ended)
    second.end(changed)
    await first.result
    await settle()
    expect(second.hasBegun()).toBe(false)
    await time.pass(250, () => true)
    expect(await second.result).toBe(result)
  },
)

it('an attempt that waits for another in its instance begins at once, though another instance has some in progress', async () => {
  const [ours, theirs] = createInstances(2)
  holdTime()
  const [here, elsewhere] = [underWay(ours), underWay(theirs)]
  await Promise.all([here.begun, elsewhere.begun])
  const next = underWay(ours)
  await settle()
  here.end(changed)
  await next.begun
})

it('an attempt that times out while it waits for one in progress may soon come again', async () => {
  const limit = createLimits({ failures: 1 })
  const first = underWay(limit)
  await first.begun
  const impatient = underWay(limit, { ...attempt(), deadline: { leftMs: () => 0 } })
  expect(await impatient.result).toBe('failures in 1000')
  first.end(refused)
  await first.result
  expect(await inOrder(limit, [changed])).toEqual(['failures in 60000'])
})

it('room that no attempt can take any more, or that another limit blocks, goes to the next one', async () => {
  const limit = createLimits({ failures: 1, target: 1 })
  const patient = (clientAddress: string, callerKind: CallerKind = 'public') =>
    underWay(limit, { ...attempt(clientAddress), callerKind, deadline: { leftMs: () => 60_000 } })
  const [home, elsewhere] = ['203.0.113.7', '198.51.100.1']
  const first = patient(home)
  const byWebmail = patient(elsewhere, 'webmail')
  await Promise.all([first.begun, byWebmail.begun])
  const gaveUp = underWay(limit, { ...attempt(home), deadline: { leftMs: () => 0 } })
  const keptByAnother = patient(home, 'webmail')
  const next = patient(home)
  await gaveUp.result
  await settle()
  first.end(changed)
  await next.begun
  next.end(changed)
  byWebmail.end(changed)
  await keptByAnother.begun
})

it('an owner who changes twenty mailboxes in parallel gets all of them, whatever the limit', async () => {
  const limit = createLimits({ failures: 2, target: 3 })
  const tries = Array.from({ length: 20 }, (_, index) =>
    limit(attempt(undefined, `box${index}@example.org`, byAccount('alice')), async () => changed),
  )
  expect((await Promise.all(tries)).map(({ code }) => code)).toEqual(tries.map(() => 'changed'))
})

it('with any number of parallel attempts and any outcomes, guesses pass up to the limit, and only guesses are refused', async () => {
  const tries = fc.array(fc.record({ isRight: fc.boolean(), mailbox: fc.nat(2) }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(
      tries,
      fc.integer({ min: 1, max: 4 }),
      fc.scheduler(),
      async (made, target, scheduler) => {
        const limit = createLimits({ target })
        let guesses = 0
        const results = made.map(({ isRight, mailbox }) =>
          limit(attempt(undefined, `box${mailbox}@example.org`, byAccount('alice')), async () => {
            if (!isRight) guesses += 1
            await scheduler.schedule(Promise.resolve())
            return isRight ? changed : refused
          }).then(({ code }) => code, refusalOf),
        )
        await scheduler.waitFor(Promise.all(results))
        const limited = (await Promise.all(results)).filter((result) => result.startsWith('target'))
        expect(guesses).toBeLessThanOrEqual(target)
        expect(guesses === target || limited.length === 0).toBe(true)
      },
    ),
    { numRuns: 300 },
  )
})

it.each(['failures', 'target', 'ceiling'] as const)(
  'the limit on %s counts each mailbox separately, and each hosting account for all its mailboxes',
  async (name) => {
    const limit = createLimits({ [name]: 1 })
    const ends = (address: string, credentials: Credentials): Promise<string> =>
      limit(attempt(undefined, address, credentials), async () => refused).then(({ code }) => code, refusalOf)
    expect(await ends('one@example.org', byMailbox)).toBe('invalid-credentials')
    expect(await ends('two@example.org', byMailbox)).toBe('invalid-credentials')
    expect(await ends('three@example.org', byAccount('alice'))).toBe('invalid-credentials')
    expect(await ends('four@example.org', byAccount('bob'))).toBe('invalid-credentials')
    expect(await ends('five@example.org', byAccount('alice'))).toContain(`${name} in`)
    // Guesses at the account never block the mailbox's own proof, nor the reverse.
    expect(await ends('three@example.org', byMailbox)).toBe('invalid-credentials')
    expect(await ends('one@example.org', byMailbox)).toContain(`${name} in`)
    expect(await ends('one@example.org', byAccount('carol'))).toBe('invalid-credentials')
  },
)

it('a refused attempt counts nowhere, even if another limit would have let it pass', async () => {
  const limit = createLimits({ failures: 1, target: 2 })
  await inOrder(limit, [refused, changed, changed])
  expect((await limit(attempt('203.0.113.8'), async () => refused)).code).toBe('invalid-credentials')
})

it('if two limits are reached, the longer wait is shown', async () => {
  expect(await inOrder(createLimits({ failures: 1, target: 1 }), [refused, changed])).toEqual([
    'invalid-credentials',
    'target in 600000',
  ])
})

it('an attempt that one counter could not count is counted by none, and not made', async () => {
  const memory = createMemoryLimitStore(createTestClock(), TARGET_WINDOW_MS)
  let isDown = true
  const begin: LimitStore['begin'] = async (key) => {
    if (isDown) throw new StoreUnavailable('ECONNREFUSED')
    return memory.begin(key)
  }
  const limit = createLimits({ failures: 1, targetStore: { ...memory, begin } })
  let carriedOut = false
  const made = limit(attempt(), async () => {
    carriedOut = true
    return changed
  })
  await expect(made).rejects.toThrow(StoreUnavailable)
  expect(carriedOut).toBe(false)
  isDown = false
  expect(await inOrder(limit, [changed])).toEqual(['changed'])
})

it('an attempt that counts for nothing and ends in a later window takes no hit of that window back', async () => {
  const clock = createTestClock()
  const limit = createLimits({ target: 3, clock })
  const late = [underWay(limit), underWay(limit)]
  for (const { begun } of late) await begun
  clock.advance(TARGET_WINDOW_MS)
  expect(await inOrder(limit, [refused, refused])).toEqual(['invalid-credentials', 'invalid-credentials'])
  for (const { end, result } of late) {
    end(away)
    await result
  }
  expect(await inOrder(limit, [refused, refused])).toEqual(['invalid-credentials', 'target in 600000'])
})
