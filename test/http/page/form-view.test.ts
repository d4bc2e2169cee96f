import { expect, it } from 'vitest'
import type { Answer } from '../../../src/core/answer.js'
import type { Challenge } from '../../../src/core/puzzle.js'
import { formView } from '../../../src/http/page/form-view.js'
import en from '../../../views/messages/en.json' with { type: 'json' }

const challenge: Challenge = {
  parameters: {
    algorithm: 'SHA-256',
    cost: 1,
    data: { maxCounter: 10 },
    expiresAt: 1,
    keyLength: 32,
    keyPrefix: '',
    nonce: '',
    salt: '',
  },
  signature: '',
}

function viewOf(name: string, more: { challenge?: Challenge } = {}) {
  const limit = { name, count: 1, windowMs: 1000, retryAfterMs: 3_600_000, ...more }
  const answer: Answer = { code: 'too-many-attempts', limit }
  return formView(
    { messages: en, proofs: ['mailbox'], policy: { minLength: 12, minScore: 3, checksBreaches: false } },
    {},
    answer,
  )
}

it.each(['target', 'ceiling'])(
  'the form names the ways that remain and when, if the limit %s is reached',
  (name) => {
    const { ways, puzzle, notice } = viewOf(name)
    expect(ways).toBe(en.ways)
    expect(puzzle).toBe('')
    expect(notice?.detail).toBe('Try again in 60 minutes. Nothing was changed.')
  },
)

it.each(['address', 'failures'])('the form names no other ways if the limit %s is reached', (name) => {
  expect(viewOf(name).ways).toBeNull()
})

it('the form carries a puzzle, and says that the next try needs its solution', () => {
  const { puzzle, notice } = viewOf('target', { challenge })
  expect(JSON.parse(puzzle)).toEqual(challenge)
  expect(notice).toMatchObject({ title: en.answer['puzzle-needed'].title })
  expect(notice?.detail).toMatch(/Without it, try again in 60 minutes/)
})
