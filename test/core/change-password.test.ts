import { expect, it } from 'vitest'
import { createAccountRecords } from '../../src/core/account-records.js'
import type { Attempt } from '../../src/core/attempt.js'
import { type ChangeDependencies, changePassword } from '../../src/core/change-password.js'
import type { HeldLock } from '../../src/core/domain-locks.js'
import { createDomainOwners } from '../../src/core/domain-owners.js'
import { parseMailbox } from '../../src/core/mailbox.js'
import { callerGone, type Panel } from '../../src/core/panel-port.js'
import { checkByStoredHash, type HashCheck } from '../../src/core/verify-password.js'
import { createDeadline } from '../../src/lib/deadline.js'
import { Secret } from '../../src/lib/secret.js'
import { createMemoryDomainOwners } from '../../src/store/memory-domain-owners.js'
import { createTestClock } from '../kit/clock.js'
import { ALONE } from '../kit/panel-visit.js'

/** A panel with one mailbox that loses the answers to changes. No simulator has the bugs that this test looks for. */
const panel: Panel = {
  isAccountPassword: async () => true,
  isTwoFactorCode: async () => true,
  lookUpAccount: async () => undefined,
  lookUpDomainOwner: async () => 'alice',
  lookUpAliases: async () => [],
  lookUpStoredHash: async () => ({ found: 'one', value: new Secret('{X}y') }),
  hasMailbox: async () => true,
  hasSiblings: async () => false,
  changeMailboxPassword: async () => 'lost',
}

const lock: HeldLock = {
  lastForMailboxMsAgo: Number.POSITIVE_INFINITY,
  confirm: async () => undefined,
  leaveInDoubt: () => undefined,
}

function change(
  isPasswordOf: HashCheck,
  asked = panel,
  held = lock,
  {
    hungUp = new AbortController().signal,
    ...more
  }: Partial<ChangeDependencies & Pick<Attempt, 'hungUp'>> = {},
) {
  const mailbox = parseMailbox('info@example.org')
  if (!mailbox) throw new Error('no mailbox')
  const clock = createTestClock()
  return changePassword(
    {
      mailbox,
      credentials: { proof: 'mailbox', password: new Secret('the former one') },
      newPassword: new Secret('a wholly new secret'),
      solution: undefined,
      clientAddress: '203.0.113.9',
      deadline: createDeadline(30_000, clock),
      hungUp,
      callerKind: 'public',
    },
    {
      enterPanel: () => ({ ...asked, ...ALONE }),
      accounts: createAccountRecords(clock),
      owners: createDomainOwners(createMemoryDomainOwners(clock), clock),
      locks: { run: (_mailbox, _maxWaitMs, work) => work(held) },
      checkPolicy: async () => [],
      checkPassword: checkByStoredHash(isPasswordOf),
      clock,
      allowAdminAccounts: false,
      ...more,
    },
  )
}

it('a change is not known to be made if the mailbox is gone when it is checked', async () => {
  const lookUpStoredHash: Panel['lookUpStoredHash'] = async () => {
    looks += 1
    return looks === 1 ? { found: 'one', value: new Secret('{X}y') } : { found: 'none', missing: 'mailbox' }
  }
  let looks = 0
  const outcome = await change(async () => true, { ...panel, lookUpStoredHash })
  expect(outcome).toEqual({ code: 'outcome-unknown' })
  expect(looks).toBeGreaterThan(1)
})

it('a bug in the verification is not a fault of the panel', async () => {
  const bug = new RangeError('bug')
  await expect(change(() => Promise.reject(bug))).rejects.toBe(bug)
})

it('a bug beside a wrong password is not reported as a wrong password', async () => {
  const bug = new RangeError('bug')
  const hasSiblings = () => Promise.reject(bug)
  await expect(change(async () => false, { ...panel, hasSiblings })).rejects.toBe(bug)
})

it('a bug in the confirmation after a lost response is not taken for an unreadable hash', async () => {
  const bug = new RangeError('bug')
  const verifies: HashCheck = async (password) => {
    if (password.reveal() === 'the former one') return true
    throw bug
  }
  await expect(change(verifies)).rejects.toBe(bug)
})

it.each([
  [0, 'the new one', 'changed'],
  [0, 'a third one', 'invalid-credentials'],
  [1, 'a third one', 'changed'],
])(
  'a mailbox that was changed %i ms before the lock was held, to %s, is checked again if that is after its proof began: %s',
  async (lastForMailboxMsAgo, inForce, code) => {
    let isOvertaken = false
    const isPasswordOf: HashCheck = async (password) => {
      const isFormer = password.reveal() === 'the former one'
      if (!isOvertaken) {
        isOvertaken = true
        return isFormer
      }
      return !isFormer && inForce === 'the new one'
    }
    const changes: string[] = []
    const changeMailboxPassword: Panel['changeMailboxPassword'] = async (...[, , localPart]) => {
      changes.push(localPart)
      return 'done'
    }
    const asked = { ...panel, changeMailboxPassword }
    const outcome = await change(isPasswordOf, asked, { ...lock, lastForMailboxMsAgo })
    expect(outcome.code).toBe(code)
    // If a form was sent twice, the second one finds its own change and doesn't repeat it.
    expect(changes).toEqual(lastForMailboxMsAgo === 0 ? [] : ['info'])
  },
)

const GONE = { code: 'panel-busy', reason: 'caller-gone' }

it('a caller who has hung up when the attempt begins costs nothing: no rule is checked, no server is asked', async () => {
  const checkPolicy = () => Promise.reject(new Error('checked'))
  const enterPanel = () => {
    throw new Error('entered')
  }
  const hungUp = AbortSignal.abort(callerGone())
  expect(await change(async () => true, panel, lock, { hungUp, checkPolicy, enterPanel })).toMatchObject(GONE)
})

it('a caller who hangs up during another change in the domain costs nothing more', async () => {
  const caller = new AbortController()
  const changeMailboxPassword = () => Promise.reject(new Error('changed'))
  const confirm = () => Promise.reject(new Error('confirmed'))
  const outcome = await change(async () => true, { ...panel, changeMailboxPassword }, lock, {
    hungUp: caller.signal,
    locks: {
      run(_mailbox, _maxWaitMs, work) {
        caller.abort(callerGone())
        return work({ ...lock, confirm })
      },
    },
  })
  expect(outcome).toMatchObject(GONE)
})
