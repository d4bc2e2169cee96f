import { expect, it } from 'vitest'
import { answerCodes, answers, type Outcome, retryAfterSeconds, verdictOf } from '../../src/core/answer.js'

it('answers for which the service or its servers are to blame are logged as a warning or an error', () => {
  const blamed = answerCodes.filter((code) => answers[code].status >= 500)
  expect(blamed.filter((code) => answers[code].level === 'info')).toEqual([])
  expect(blamed.filter((code) => answers[code].level === 'warn')).toEqual(['panel-busy'])
})

it('answers to mistakes of a person or a program are logged as info, and a name that only an administrator can change as a warning', () => {
  const others = answerCodes.filter((code) => answers[code].status < 500 && answers[code].level !== 'info')
  expect(others).toEqual(['mailbox-ambiguous'])
})

it('answers ask for another try only if waiting may help', () => {
  const waits = answerCodes.flatMap((code) => {
    const { status, retryAfterS } = answers[code]
    return retryAfterS === undefined ? [] : [[code, status, retryAfterS]]
  })
  expect(waits).toEqual([
    ['panel-unavailable', 503, 30],
    ['mail-server-unavailable', 503, 30],
    ['panel-busy', 503, 10],
    ['store-unavailable', 503, 30],
    ['breach-check-unavailable', 503, 30],
    ['change-not-confirmed', 504, 30],
  ])
})

it.each([
  [0, 1],
  [1000, 1],
  [1001, 2],
])('a limit that is reached for another %i ms asks for a retry after %i s', (retryAfterMs, seconds) => {
  const limit = { name: 'target', count: 1, windowMs: 5000, retryAfterMs }
  expect(retryAfterSeconds({ code: 'too-many-attempts', limit })).toBe(seconds)
})

const verdicts: readonly (readonly [Outcome, string])[] = [
  [{ code: 'changed', evidence: 'answered' }, 'proven'],
  [{ code: 'invalid-credentials' }, 'guess'],
  [{ code: 'mail-server-unavailable', reason: 'closed', credentialsSent: true }, 'guess'],
  [{ code: 'mail-server-unavailable', reason: 'closed', credentialsSent: false }, 'neutral'],
  [{ code: 'panel-busy', reason: 'waited-too-long', proven: true }, 'guess'],
  [{ code: 'panel-busy', reason: 'waited-too-long' }, 'neutral'],
  [{ code: 'change-not-confirmed', reason: 'answer-lost' }, 'neutral'],
  [{ code: 'code-required' }, 'neutral'],
]

it.each(verdicts)('an attempt that ended with %o counts as %s', (outcome, verdict) => {
  expect(verdictOf(outcome)).toBe(verdict)
})
