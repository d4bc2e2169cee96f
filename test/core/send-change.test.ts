import { expect, it } from 'vitest'
import type { Attempt } from '../../src/core/attempt.js'
import { parseMailbox } from '../../src/core/mailbox.js'
import { type ChangeAnswer, type Panel, PanelFault } from '../../src/core/panel-port.js'
import { makeChange } from '../../src/core/send-change.js'
import { type CheckResult, checkByStoredHash, type PasswordCheck } from '../../src/core/verify-password.js'
import { createDeadline } from '../../src/lib/deadline.js'
import { Secret } from '../../src/lib/secret.js'
import { createTestClock } from '../kit/clock.js'

interface Given {
  readonly answer: ChangeAnswer
  readonly hasMailbox?: boolean
  /** The result of a check of the new password, this many ms after the answer. */
  readonly find?: (atMs: number) => CheckResult | PanelFault
  readonly lagMs?: number
}

/** Sends one change. Returns its outcome, the times of the checks, and whether the turn was left in doubt. */
async function send({ answer, hasMailbox = false, find = () => 'wrong', lagMs = 0 }: Given) {
  const clock = createTestClock()
  const mailbox = parseMailbox('info@example.org')
  if (!mailbox) throw new Error('no mailbox')
  const looksMs: number[] = []
  const sent: string[][] = []
  let inDoubt = false
  const panel: Partial<Panel> = {
    async changeMailboxPassword(owner, domainForm, localPart, password) {
      sent.push([owner, domainForm, localPart, password.reveal()])
      return answer
    },
    hasMailbox: async () => hasMailbox,
  }
  const checkPassword: PasswordCheck = {
    ...checkByStoredHash(async () => false),
    lagMs,
    async check() {
      looksMs.push(clock.now())
      const found = find(clock.now())
      if (found instanceof PanelFault) throw found
      return found
    },
  }
  const attempt: Attempt = {
    mailbox,
    credentials: { proof: 'mailbox', password: new Secret('former') },
    newPassword: new Secret('new'),
    solution: undefined,
    clientAddress: '203.0.113.9',
    deadline: createDeadline(30_000, clock),
    hungUp: new AbortController().signal,
    callerKind: 'public',
  }
  const outcome = await makeChange(
    { mailbox, owner: { username: 'alice', domainForm: 'example.org' } },
    attempt,
    {
      lastForMailboxMsAgo: Number.POSITIVE_INFINITY,
      confirm: async () => undefined,
      leaveInDoubt() {
        inDoubt = true
      },
    },
    { panel: panel as Panel, checkPassword, clock },
  )
  expect(sent).toEqual([['alice', 'example.org', 'info', 'new']])
  return { outcome, looksMs, inDoubt }
}

it.each([
  ['done', { code: 'changed', evidence: 'answered' }],
  ['suspended', { code: 'mailbox-suspended' }],
  ['missing', 'missing'],
  ['malformed', 'missing'],
] as const)(
  'a change that the panel answers with %s has that outcome, without a check',
  async (answer, outcome) => {
    expect(await send({ answer })).toEqual({ outcome, looksMs: [], inDoubt: false })
  },
)

it('a name that the panel refuses, though it has the mailbox, is a fault of the panel', async () => {
  const sent = send({ answer: 'malformed', hasMailbox: true })
  await expect(sent).rejects.toMatchObject({
    code: 'panel-failed',
    reason: 'name-refused',
    mayHaveRun: false,
  })
})

const IN_FORCE = { code: 'changed', evidence: 'confirmed' }
const UNKNOWN = { code: 'outcome-unknown' }
const away = new PanelFault('panel-unavailable', 'timed-out')

it.each([
  ['right', IN_FORCE],
  ['wrong', { code: 'change-not-confirmed', reason: 'unexpected-exit-code' }],
  [away, UNKNOWN],
] as const)(
  'a change that failed with an unclear code is checked once: %s decides',
  async (found, outcome) => {
    expect(await send({ answer: 'failed', find: () => found })).toEqual({
      outcome,
      looksMs: [0],
      inDoubt: false,
    })
  },
)

it('a change that failed with an unclear code is checked again after the lag of the password check', async () => {
  const find = (atMs: number) => (atMs < 1500 ? 'wrong' : 'right')
  const sent = await send({ answer: 'failed', find, lagMs: 1500 })
  expect(sent).toEqual({ outcome: IN_FORCE, looksMs: [0, 1500], inDoubt: false })
})

it.each([
  ['wrong', { code: 'change-not-confirmed', reason: 'answer-lost' }],
  [away, UNKNOWN],
] as const)(
  'a change with a lost response is checked for five seconds, and leaves the lock in doubt: %s',
  async (found, outcome) => {
    const sent = await send({ answer: 'lost', find: () => found })
    expect(sent).toEqual({ outcome, looksMs: [0, 500, 1500, 3000, 5000], inDoubt: true })
  },
)

it('a change with a lost response leaves no doubt once it is seen to be made', async () => {
  const find = (atMs: number) => (atMs < 1500 ? 'wrong' : 'right')
  const sent = await send({ answer: 'lost', find })
  expect(sent).toEqual({ outcome: IN_FORCE, looksMs: [0, 500, 1500], inDoubt: false })
})
