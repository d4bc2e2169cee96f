import { describe, expect, it } from 'vitest'
import en from '../../views/messages/en.json' with { type: 'json' }
import { describeStrength } from '../../views/scripts/strength-words.js'

const words = {
  ...en.script,
  warnings: { common: 'This is often used.' },
  suggestions: { longer: 'Make it longer.', mix: 'Add another word.' },
}
const policy = { minLength: 12, minScore: 3, brandWords: [], maxBytes: 72, addressPartMinLength: 4 }
const advice = { warning: 'common', suggestions: ['longer', 'mix'], isCommon: false }

function say(score: number, more: object = advice): string {
  return describeStrength(words, policy, { score, suggestions: [], isCommon: false, ...more })
}

describe('the words for a strength', () => {
  it('name it, and say what would help as long as it is too weak', () => {
    expect(say(0)).toBe('Strength: very weak. This is often used. Make it longer. Add another word.')
    expect(say(2)).toBe('Strength: fair. This is often used. Make it longer. Add another word.')
  })

  it('do not find fault with what is strong enough', () => {
    expect(say(3)).toBe('Strength: good.')
    expect(say(4)).toBe('Strength: very good.')
  })

  it('leave out advice that there is none of, or no words for', () => {
    expect(say(1, {})).toBe('Strength: weak.')
    expect(say(1, { warning: 'new', suggestions: ['newer', 'mix'] })).toBe(
      'Strength: weak. Add another word.',
    )
  })

  it('are there for every score', () => {
    const all = [0, 1, 2, 3, 4].map((score) => say(score, {}))
    expect(new Set(all).size).toBe(5)
    expect(all.join('')).not.toMatch(/[{}]|undefined/)
  })
})
