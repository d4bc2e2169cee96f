import { expect, it } from 'vitest'
import { type Mailbox, parseMailbox } from '../../../src/core/mailbox.js'
import { callerGone } from '../../../src/core/panel-port.js'
import { BreachCheckUnavailable } from '../../../src/core/password/breach-check.js'
import { badWordsFor } from '../../../src/core/password/context-words.js'
import { createPolicyCheck, type PolicyCheckParts } from '../../../src/core/password/policy.js'
import { type Estimate, StrengthNotEstimated } from '../../../src/core/password/strength.js'
import { Secret } from '../../../src/lib/secret.js'

const STRONG: Estimate = { score: 4, warning: undefined, suggestions: [], isCommon: false }
const WEAK: Estimate = { score: 2, warning: 'date', suggestions: ['dates'], isCommon: false }
const ADDRESS = '203.0.113.9'

function mailboxOf(address: string): Mailbox {
  const mailbox = parseMailbox(address)
  if (!mailbox) throw new Error(address)
  return mailbox
}

/** The policy's verdict on a password, by default one that keeps all rules of `breachedRules`, and which checks it asked. */
async function check(
  parts: Partial<PolicyCheckParts>,
  password = 'long enough a text',
  hungUp?: AbortSignal,
) {
  const asked: unknown[] = []
  const reports: string[] = []
  const checkPolicy = createPolicyCheck({
    policy: { minLength: 12, isCommon: () => false },
    minScore: 3,
    brandWords: ['Example Hosting'],
    estimateStrength: async () => STRONG,
    report: (event, reason) => void reports.push(`${event} ${reason}`),
    ...parts,
    breaches: parts.breaches && {
      ...parts.breaches,
      isBreached: async (secret) => {
        asked.push(secret.reveal())
        return (await parts.breaches?.isBreached(secret)) ?? false
      },
    },
  })
  const outcome = checkPolicy(mailboxOf('info@example.org'), new Secret(password), undefined, ADDRESS, hungUp)
  const reasons = await outcome.catch((error: unknown) => error)
  return { reasons, asked, reports }
}

const yes = { isBreached: async () => true, mustBeKnown: false }

it('the policy for new passwords checks data breaches last, and only if all other rules are kept', async () => {
  expect(await check({ breaches: yes })).toMatchObject({
    reasons: [{ code: 'breached' }],
    asked: ['long enough a text'],
  })
  const weak = await check({ breaches: yes, estimateStrength: async () => WEAK })
  expect(weak).toMatchObject({ reasons: [{ code: 'too-weak', strength: WEAK }], asked: [] })
  expect(await check({ breaches: yes }, 'short')).toMatchObject({ asked: [] })
})

it('the policy for new passwords checks no data breaches for a caller who hung up during the estimate', async () => {
  const caller = new AbortController()
  const estimateStrength: PolicyCheckParts['estimateStrength'] = async (...[, , , hungUp]) => {
    expect(hungUp).toBe(caller.signal)
    caller.abort(callerGone())
    return STRONG
  }
  const { reasons, asked } = await check({ breaches: yes, estimateStrength }, undefined, caller.signal)
  expect(reasons).toMatchObject({ reason: 'caller-gone' })
  expect(asked).toEqual([])
})

it('the policy for new passwords reports all of its rules at once', async () => {
  const { reasons } = await check({ estimateStrength: async () => WEAK }, ' short')
  expect(reasons).toMatchObject([{ code: 'too-short' }, { code: 'outer-space' }, { code: 'too-weak' }])
})

it.each([1, 2, 3, 4])(
  'the policy for new passwords accepts the configured lowest score, %i, and no lower one',
  async (minScore) => {
    for (const score of [0, 1, 2, 3, 4] as const) {
      const estimate: Estimate = { ...STRONG, score }
      const { reasons } = await check({ minScore, estimateStrength: async () => estimate })
      expect(reasons).toHaveLength(score < minScore ? 1 : 0)
    }
  },
)

it('the policy for new passwords estimates nothing if strength doesn’t matter', async () => {
  const estimateStrength = () => Promise.reject(new Error('asked'))
  expect(await check({ minScore: 0, estimateStrength })).toEqual({ reasons: [], asked: [], reports: [] })
})

it('the policy for new passwords takes from the estimate whether a password is common, and uses the list only without one', async () => {
  const asked: string[] = []
  const isCommon = (password: string): boolean => asked.push(password) > 0
  const policy = { minLength: 12, isCommon }
  const common = { ...STRONG, isCommon: true }
  expect(await check({ policy, estimateStrength: async () => common })).toMatchObject({
    reasons: [{ code: 'common' }],
  })
  expect(await check({ policy })).toMatchObject({ reasons: [] })
  expect(asked).toEqual([])
  expect(await check({ policy, minScore: 0 })).toMatchObject({ reasons: [{ code: 'common' }] })
  expect(asked).toEqual(['long enough a text'])
})

it('the policy for new passwords accepts no password whose strength could not be estimated', async () => {
  const busy = new StrengthNotEstimated('strength-busy')
  const { reasons } = await check({ estimateStrength: () => Promise.reject(busy) })
  expect(reasons).toBe(busy)
})

it('the policy for new passwords lets bugs through', async () => {
  const bug = new RangeError('bug')
  const fails = () => Promise.reject(bug)
  expect(await check({ estimateStrength: fails })).toMatchObject({ reasons: bug })
  expect(await check({ breaches: { isBreached: fails, mustBeKnown: false } })).toMatchObject({
    reasons: bug,
  })
})

it.each([false, true])(
  'the policy for new passwords reports a failed check for data breaches; is it mandatory: %s',
  async (mustBeKnown) => {
    const away = new BreachCheckUnavailable('timed-out')
    const { reasons, reports } = await check({
      breaches: { isBreached: () => Promise.reject(away), mustBeKnown },
    })
    expect(reasons).toEqual(mustBeKnown ? away : [])
    expect(reports).toEqual(['breach-check-failed timed-out'])
  },
)

it('the policy for new passwords estimates the strength with the words of the address and of the operator, for the person’s address', async () => {
  const asked: unknown[] = []
  await check({
    estimateStrength: async (_password, badWords, clientAddress) => {
      asked.push(badWords, clientAddress)
      return STRONG
    },
  })
  const words = ['info@example.org', 'info', 'example.org', 'example', 'org', 'example hosting']
  expect(asked).toEqual([words, ADDRESS])
})

it('the bad words of an address are never empty, whatever its separators', () => {
  expect(badWordsFor(mailboxOf('a..b_@example.org'), [''])).toEqual([
    'a..b_@example.org',
    'a..b_',
    'a',
    'b',
    'example.org',
    'example',
    'org',
  ])
})

it('the bad words of an address are its parts and both forms of the domain, once each', () => {
  expect(badWordsFor(mailboxOf('John.doe@bücher.example'), ['John', 'Rekey'])).toEqual([
    'john.doe@xn--bcher-kva.example',
    'john.doe',
    'john',
    'doe',
    'bücher.example',
    'bücher',
    'example',
    'xn--bcher-kva.example',
    'xn--bcher-kva',
    'rekey',
  ])
})
