import { expect, it } from 'vitest'
import { describeError, errorCodeOf } from '../../src/lib/describe-error.js'

it('an error is described by its kind, its code and where it arose, and not by its words', () => {
  const error = Object.assign(new RangeError('canary'), { code: 'ECANARY' })
  const description = describeError(error)
  expect(description).toMatchObject({ error: 'RangeError', errorCode: 'ECANARY' })
  expect(description.at).toContainEqual(expect.stringContaining('describe-error.test.ts'))
  expect(JSON.stringify(description)).not.toContain('canary')
  expect(describeError(new TypeError('canary'))).not.toHaveProperty('errorCode')
})

it('an error without a stack is described all the same', () => {
  const error = new Error('canary')
  delete error.stack
  expect(describeError(error)).toEqual({ error: 'Error', at: [] })
})

it('what is thrown and is no error is described by its type', () => {
  expect(describeError('canary')).toEqual({ error: 'string' })
  expect(describeError(undefined)).toEqual({ error: 'undefined' })
})

it('an error has the code that the system gave it, and what has none has no code', () => {
  expect(errorCodeOf(Object.assign(new Error('canary'), { code: 'ENOENT' }))).toBe('ENOENT')
  expect([errorCodeOf(new Error('canary')), errorCodeOf({ code: 'ENOENT' })]).toEqual([undefined, undefined])
})
