import { expect, it } from 'vitest'
import type { Attempt, Credentials } from '../../src/core/attempt.js'
import { confirmOutcome, isInForce } from '../../src/core/confirm-change.js'
import { MailServerFault } from '../../src/core/mail-server-port.js'
import { parseMailbox } from '../../src/core/mailbox.js'
import type { Panel } from '../../src/core/panel-port.js'
import { type CheckResult, checkByStoredHash, type PasswordCheck } from '../../src/core/verify-password.js'
import { createDeadline } from '../../src/lib/deadline.js'
import { Secret } from '../../src/lib/secret.js'
import { createTestClock } from '../kit/clock.js'

const TIMES_MS = [0, 500, 1500]
const outage = new MailServerFault('closed', false)

const byMailbox: Credentials = { proof: 'mailbox', password: new Secret('former') }
const byAccount: Credentials = {
  proof: 'account',
  username: 'alice',
  password: new Secret('alice panel pw'),
  code: undefined,
}

type Result = CheckResult | Error

interface Given {
  /** The results of the checks of the new password. The last one repeats. */
  readonly results: readonly Result[]
  /** The result of a check of the old password. */
  readonly former?: Result
  readonly checkMs?: number
  readonly credentials?: Credentials
  readonly refusalIsProof?: boolean
}

/** A mailbox whose checks take a while. Returns the outcome, and when it was checked. */
function setUp(given: Given) {
  const clock = createTestClock()
  // A clock that has run for a while.
  clock.advance(10_000)
  const mailbox = parseMailbox('info@example.org')
  if (!mailbox) throw new Error('no mailbox')
  const attempt: Attempt = {
    mailbox,
    credentials: given.credentials ?? byMailbox,
    newPassword: new Secret('new'),
    solution: undefined,
    clientAddress: '203.0.113.9',
    deadline: createDeadline(30_000, clock),
    hungUp: new AbortController().signal,
    callerKind: 'public',
  }
  const checks: string[] = []
  const takenInAnyForm = new Set<string>()
  const checkPassword: PasswordCheck = {
    ...checkByStoredHash(async () => false),
    refusalIsProof: given.refusalIsProof ?? true,
    async check({ password, anyForm }) {
      if (anyForm) takenInAnyForm.add(password.reveal())
      const isNew = password.reveal() === 'new'
      const result = isNew ? (given.results[checks.length] ?? given.results.at(-1)) : given.former
      checks.push(`${password.reveal()} at ${clock.now() - 10_000}`)
      clock.advance(given.checkMs ?? 0)
      if (result instanceof Error) throw result
      return result ?? 'wrong'
    },
  }
  const target = { mailbox, owner: { username: 'alice', domainForm: 'example.org' } }
  const tools = { panel: {} as Panel, checkPassword, clock }
  return {
    checks,
    takenInAnyForm,
    clock,
    confirm: () => confirmOutcome(target, attempt, TIMES_MS, tools),
    isInForce: () => isInForce(target, attempt, tools),
  }
}

it.each([
  ['at once', 0, ['new at 0', 'new at 500', 'new at 1500']],
  ['just in time', 500, ['new at 0', 'new at 500', 'new at 1500']],
  ['after 600 ms', 600, ['new at 0', 'new at 1500']],
  ['after two seconds', 2000, ['new at 0', 'new at 2000']],
])(
  'checks that are answered %s skip the times that they miss, but not the last one',
  async (_when, checkMs, checks) => {
    const mailbox = setUp({ results: ['wrong'], checkMs })
    expect(await mailbox.confirm()).toBe('old')
    expect(mailbox.checks).toEqual(checks)
    expect(mailbox.clock.waits.every((waitMs) => waitMs > 0)).toBe(true)
  },
)

it('checks accept the old password in both Unicode normal forms, and the new one only as it is', async () => {
  const mailbox = setUp({ results: ['wrong'], former: 'right', refusalIsProof: false })
  expect(await mailbox.confirm()).toBe('old')
  expect(await mailbox.isInForce()).toBe(false)
  expect([...mailbox.takenInAnyForm]).toEqual(['former'])
})

it('checks end when the new password is in force', async () => {
  const mailbox = setUp({ results: ['wrong', 'right'] })
  expect(await mailbox.confirm()).toBe('new')
  expect(mailbox.checks).toEqual(['new at 0', 'new at 500'])
})

it.each([outage, 'no-mailbox', 'no-domain'] as const)(
  'the last check decides: after one that found %s nothing is known, and a later answer counts',
  async (nothing) => {
    expect(await setUp({ results: ['wrong', nothing] }).confirm()).toBe('unknown')
    expect(await setUp({ results: [nothing, nothing, 'wrong'] }).confirm()).toBe('old')
  },
)

it.each([
  ['right', 'old'],
  ['wrong', 'unknown'],
  [outage, 'unknown'],
] as const)(
  'if a refusal proves nothing, the old password is tried after it: %s means %s',
  async (former, seen) => {
    const mailbox = setUp({ results: ['wrong'], former, refusalIsProof: false })
    expect(await mailbox.confirm()).toBe(seen)
    expect(mailbox.checks.at(-1)).toBe('former at 1500')
  },
)

it('if a refusal proves nothing and no old password is known, the outcome is unknown', async () => {
  const mailbox = setUp({
    results: ['wrong'],
    credentials: byAccount,
    former: 'right',
    refusalIsProof: false,
  })
  expect(await mailbox.confirm()).toBe('unknown')
  expect(mailbox.checks).toHaveLength(3)
})

it('a bug in a check is not taken for a mailbox that can’t be checked', async () => {
  const bug = new RangeError('bug')
  await expect(setUp({ results: [bug] }).confirm()).rejects.toBe(bug)
})

it.each([
  ['right', true],
  ['wrong', false],
  [outage, false],
] as const)('the new password is in force only if a check finds that: %s', async (result, isInForce) => {
  expect(await setUp({ results: [result] }).isInForce()).toBe(isInForce)
})
