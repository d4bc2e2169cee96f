import { expect, it } from 'vitest'
import type { Strength } from '../../src/core/password/strength.js'
import en from '../../views/messages/en.json' with { type: 'json' }
import { describeStrength } from '../../views/scripts/strength-words.js'

const words = {
  ...en.script,
  rules: '',
  rulesKept: '',
  warnings: en.strength.warning,
  suggestions: en.strength.suggestion,
}
const policy = { minLength: 12, minScore: 3, brandWords: [], maxBytes: 72, addressPartMinLength: 4 }
const advice = { warning: 'common', suggestions: ['add-words', 'dates'] } as const

function say(score: Strength['score'], more: Partial<Strength> = advice): string {
  return describeStrength(words, policy, {
    score,
    warning: undefined,
    suggestions: [],
    isCommon: false,
    ...more,
  })
}

it('the words for a strength name it, and say what would help as long as it is too weak', () => {
  expect(say(0)).toBe(
    'Strength: very weak. Many people use this password. Add an unusual word or two. Avoid dates that are linked to you.',
  )
  expect(say(2)).toBe(
    'Strength: fair. Many people use this password. Add an unusual word or two. Avoid dates that are linked to you.',
  )
})

it('the words for a strength do not find fault with what is strong enough', () => {
  expect(say(3)).toBe('Strength: good.')
  expect(say(4)).toBe('Strength: very good.')
})

it('the words for a strength give no advice where there is none', () => {
  expect(say(1, {})).toBe('Strength: weak.')
})

it('the words for a strength are there for every score', () => {
  const all = ([0, 1, 2, 3, 4] as const).map((score) => say(score, {}))
  expect(new Set(all).size).toBe(5)
  expect(all.join('')).not.toMatch(/[{}]|undefined/)
})
