import { expect, it } from 'vitest'
import { Refused } from '../../../src/core/answer.js'
import { StoreUnavailable } from '../../../src/core/outage.js'
import { PanelFault } from '../../../src/core/panel-port.js'
import { BreachCheckUnavailable } from '../../../src/core/password/breach-check.js'
import { answerToError } from '../../../src/http/submission/error-answer.js'

it('a refusal carries its answer to the error handler, whatever the answer holds', () => {
  const limit = { name: 'address', count: 1, windowMs: 1000, retryAfterMs: 500 }
  const answer = { code: 'too-many-attempts', limit } as const
  expect(answerToError(new Refused(answer))).toBe(answer)
})

it('an outage is answered with its outcome', () => {
  expect(answerToError(new StoreUnavailable('OOM'))).toEqual({ code: 'store-unavailable', reason: 'OOM' })
  expect(answerToError(new BreachCheckUnavailable('timed-out'))).toEqual({
    code: 'breach-check-unavailable',
    reason: 'timed-out',
  })
  expect(answerToError(new PanelFault('panel-busy', 'waited-too-long'))).toEqual({
    code: 'panel-busy',
    reason: 'waited-too-long',
  })
})

it.each([
  ['body that is no JSON', { type: 'entity.parse.failed', status: 400 }, 'invalid-request'],
  ['form with too many fields', { type: 'parameters.too.many', status: 413 }, 'invalid-request'],
  ['body that is too large', { type: 'entity.too.large', status: 413 }, 'payload-too-large'],
  ['compressed body', { type: 'encoding.unsupported', status: 415 }, 'unsupported-media-type'],
  ['path that can’t be decoded', { status: 400 }, 'invalid-request'],
])('an error of the framework over a %s is a refusal', (_what, members, code) => {
  expect(answerToError(Object.assign(new Error('canary'), members))).toMatchObject({ code })
})

it.each([new TypeError('canary'), Object.assign(new Error('canary'), { status: 500 }), 'canary', undefined])(
  'any other error, such as %o, is a bug and tells nothing of itself',
  (error) => {
    expect(answerToError(error)).toEqual({ code: 'internal-error' })
  },
)
