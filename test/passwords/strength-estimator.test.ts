import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseMailbox } from '../../src/core/mailbox.js'
import { badWordsFor } from '../../src/core/password/context-words.js'
import { strengthSuggestions, strengthWarnings } from '../../src/core/password/strength.js'
import { estimate } from '../kit/strength.js'

const cases = [
  ['asdfghjkl;', 'keyboard-row', 'longer-keyboard-pattern'],
  ['zxcvfr45', 'keyboard-pattern', 'longer-keyboard-pattern'],
  ['aaaaaaaaaaaa', 'repeated-character', 'repetition'],
  ['abcabcabcabc', 'repeated-pattern', 'repetition'],
  ['abcdefghijkl', 'sequence', 'sequences'],
  ['1999x', 'recent-year', 'years'],
  ['19.12.1999', 'date', 'dates'],
  ['password', 'top-10', undefined],
  ['shadow', 'top-100', undefined],
  ['information', 'common', undefined],
  ['Monkeys7', 'similar-to-common', 'capital-first'],
  ['SUPERMAN7', 'similar-to-common', 'all-capitals'],
  ['drowssap1', 'similar-to-common', 'reversed-words'],
  ['p@ssword7', 'similar-to-common', 'substitutions'],
  ['Quorvexia', 'own-words', 'capital-first'],
  ['kx7 vq', undefined, undefined],
] as const

it.each(cases)(
  'the estimator of strength says of %s that it is weak by %s',
  (password, warning, suggestion) => {
    expect(estimate(password, ['quorvexia'])).toEqual({
      score: expect.toSatisfy((score: number) => score < 3),
      warning,
      suggestions: ['add-words', ...(suggestion ? [suggestion] : [])],
      isCommon: expect.any(Boolean),
    })
  },
)

it('the estimator of strength has no code that can’t occur, and so needs no words', () => {
  expect(new Set(cases.map(([, warning]) => warning))).toEqual(new Set([...strengthWarnings, undefined]))
  const suggestions = cases.map(([, , suggestion]) => suggestion ?? 'add-words')
  expect(new Set(suggestions)).toEqual(new Set(strengthSuggestions))
})

it('the estimator of strength knows long passwords of several words, and random ones, as strong', () => {
  for (const password of ['correct horse battery staple', 'kx7 vq 9w pL', 'a wholly new secret']) {
    expect(estimate(password, [])).toEqual({
      score: 4,
      warning: undefined,
      suggestions: [],
      isCommon: false,
    })
  }
})

it('the estimator of strength tells whether the whole password is a common one, whatever its case', () => {
  const isCommon = (password: string): boolean => estimate(password, []).isCommon
  expect(['information', 'InforMation'].map(isCommon)).toEqual([true, true])
  expect(['information7', ' information', 'abacus kettle'].map(isCommon)).toEqual([false, false, false])
})

it('the estimator of strength looks as far as a password may go, for what comes after would cost time alone', () => {
  const password = 'abc'.repeat(24)
  expect(estimate(`${password}x7 vq 9w pL kz`, [])).toEqual(estimate(password, []))
  expect(estimate('kx7vq9wpL', []).score).toBe(3)
})

it('the estimator of strength takes words of the address and of the operator for the first guesses', () => {
  const mailbox = parseMailbox('john.hollerbach@bücher.example')
  if (!mailbox) throw new Error('no mailbox')
  const words = badWordsFor(mailbox, ['Quorvexia'])
  for (const password of ['hollerbach2024', 'quorvexia-hollerbach', 'Bücher-quorvexia', 'xn--bcher-kva.77']) {
    expect(estimate(password, words).score, password).toBeLessThan(estimate(password, []).score)
  }
  expect(estimate('quorvexia7', words)).toMatchObject({ score: 1, warning: 'own-words' })
})

it('the estimator of strength gives an estimate for any text and any words', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 90 }), fc.string({ maxLength: 90 }))
  const words = fc.array(fc.oneof(text, fc.constantFrom('constructor', '__proto__', 'a')), { maxLength: 5 })
  fc.assert(
    fc.property(text, words, (password, badWords) => {
      const { score, warning, suggestions } = estimate(password, badWords)
      expect([0, 1, 2, 3, 4]).toContain(score)
      if (warning !== undefined) expect(strengthWarnings).toContain(warning)
      for (const suggestion of suggestions) expect(strengthSuggestions).toContain(suggestion)
      expect(new Set(suggestions).size).toBe(suggestions.length)
      if (score >= 3) expect([warning, ...suggestions]).toEqual([undefined])
    }),
    { numRuns: 300 },
  )
})

it('the estimator of strength makes of a password what the library makes of it with its own lists', () => {
  const library = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: 72 })
  const { 'passwords-common': passwords, 'diceware-common': words } = dictionary
  const listed = fc.constantFrom(...passwords, ...words)
  const changed = listed.map((word) => word.replaceAll('a', '@').replaceAll('o', '0').toUpperCase())
  const reversed = listed.map((word) => [...word].reverse().join(''))
  const other = fc.oneof(fc.string({ maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 4 }))
  const part = fc.oneof(listed, changed, reversed, fc.constantFrom('qwertz', '1999', 'abcabc', '-'), other)
  const password = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(password, fc.array(listed, { maxLength: 3 }), (text, badWords) => {
      const { score, warning } = estimate(text, badWords)
      const known = library.check(text, badWords)
      expect([score, warning !== undefined]).toEqual([known.score, Boolean(known.feedback.warning)])
    }),
    { numRuns: 60 },
  )
})
