import { expect, it } from 'vitest'
import { type Outcome, Refused } from '../../src/core/answer.js'
import type { Attempt, CallerKind, Credentials } from '../../src/core/attempt.js'
import { type Mailbox, parseMailbox } from '../../src/core/mailbox.js'
import { Secret } from '../../src/lib/secret.js'
import { createAttemptLimits } from '../../src/limits/attempt-limits.js'
import { createKnownPairs } from '../../src/limits/known-pairs.js'
import { createLimiter } from '../../src/limits/limiter.js'
import { createPuzzles } from '../../src/limits/puzzle.js'
import { createMemoryLimitStore } from '../../src/store/memory-limit-store.js'
import { createMemoryOnceStore } from '../../src/store/memory-once-store.js'
import { createMemoryPairStore } from '../../src/store/memory-pair-store.js'
import { createTestClock } from '../kit/clock.js'
import { encode, solve } from '../kit/puzzle.js'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

const byMailbox: Credentials = { proof: 'mailbox', password: new Secret('a guess') }
const byAccount: Credentials = {
  proof: 'account',
  username: 'alice',
  password: new Secret('a guess'),
  code: undefined,
}

const guess: Outcome = { code: 'invalid-credentials' }
const changed: Outcome = { code: 'changed', evidence: 'answered' }

/** One host with an IPv6 /48, customers with four /56, and a hundred IPv4 addresses. */
const ATTACKERS = [
  ...Array.from({ length: 200 }, (_, index) => `2001:db8:6:${index.toString(16)}::1`),
  ...Array.from({ length: 200 }, (_, index) => `2001:db8:${index % 4}:${(0x100 + index).toString(16)}::1`),
  ...Array.from({ length: 100 }, (_, index) => `198.51.100.${index}`),
]

/** The default limits, for a mailbox of alice's. */
function createMailbox() {
  const clock = createTestClock()
  const create = (name: string, count: number, windowMs: number) =>
    createLimiter(name, { count, windowMs }, createMemoryLimitStore(clock, windowMs))
  const limit = createAttemptLimits({
    failures: create('failures', 5, 15 * MINUTE_MS),
    target: create('target', 20, 60 * MINUTE_MS),
    ceiling: create('ceiling', 100, DAY_MS),
    knownPairs: createKnownPairs(createMemoryPairStore(clock), Buffer.alloc(32)),
    puzzles: createPuzzles({ key: Buffer.alloc(32), once: createMemoryOnceStore(clock) }, 1),
  })

  /** Whether the attempt was carried out. If a puzzle would allow it, it is solved. */
  async function attempt(
    clientAddress: string,
    outcome: Outcome,
    callerKind: CallerKind = 'public',
    credentials: Credentials = byMailbox,
    solution?: string,
  ): Promise<boolean> {
    const given: Attempt = {
      mailbox: parseMailbox('info@example.org') as Mailbox,
      credentials,
      newPassword: new Secret('next'),
      callerKind,
      clientAddress,
      solution,
      deadline: { leftMs: () => 0 },
      hungUp: new AbortController().signal,
    }
    try {
      await limit(given, async () => outcome)
      return true
    } catch (error) {
      if (!(error instanceof Refused) || error.answer.code !== 'too-many-attempts') throw error
      const { challenge } = error.answer.limit
      if (!challenge || solution) return false
      return await attempt(clientAddress, outcome, callerKind, credentials, encode(solve(challenge)))
    }
  }

  return { clock, attempt }
}

it.each([
  ['the mailbox’s password', byMailbox],
  ['the hosting account’s', byAccount],
] as const)(
  'five hundred addresses that guess at %s for a day, and solve each puzzle, get only up to the ceiling, and lock out neither webmail nor a known address',
  async (_secret, credentials) => {
    const { clock, attempt } = createMailbox()
    const home = '2001:db8:9:1::5'
    expect(await attempt(home, changed, 'public', credentials)).toBe(true)
    let guesses = 0
    let tries = 0
    for (let minute = 0; minute < 24 * 60; minute += 5) {
      // The owner, from a new network, as long as the ceiling isn't reached.
      if (guesses < 100) {
        expect(await attempt(`203.0.113.${minute / 5}`, changed, 'public', credentials)).toBe(true)
      }
      for (let index = 0; index < 25; index++) {
        const attacker = ATTACKERS[tries++ % ATTACKERS.length] ?? ''
        if (await attempt(attacker, guess, 'public', credentials)) guesses += 1
      }
      if (minute % 30 === 0) {
        expect(await attempt(home, changed, 'public', credentials)).toBe(true)
        expect(await attempt('192.0.2.1', changed, 'webmail')).toBe(true)
        // Guesses at one secret don't block the other.
        const other = credentials === byMailbox ? byAccount : byMailbox
        expect(await attempt('203.0.113.7', changed, 'public', other)).toBe(true)
      }
      clock.advance(5 * MINUTE_MS)
    }
    expect(guesses).toBe(100)
  },
)

it('guesses through webmail have their own ceiling, and lock out nobody else', async () => {
  const { clock, attempt } = createMailbox()
  let guesses = 0
  for (let minute = 0; minute < 24 * 60; minute++) {
    if (await attempt('192.0.2.1', guess, 'webmail')) guesses += 1
    if (await attempt('192.0.2.2', guess, 'client')) guesses += 1
    if (minute % 60 === 0) expect(await attempt('203.0.113.7', changed)).toBe(true)
    clock.advance(MINUTE_MS)
  }
  expect(guesses).toBe(100)
})
