import { dictionary } from '@zxcvbn-ts/language-common'
import { expect, it } from 'vitest'
import { readWordList } from '../../src/passwords/word-list.js'

const listOf = (...words: string[]) => readWordList(new TextEncoder().encode(words.join('\n')))

it.each(Object.entries(dictionary))('the list of %s has each word at its rank', (_name, words) => {
  const list = listOf(...words)
  expect(words.findIndex((word, index) => list.rankOf(word) !== index + 1)).toBe(-1)
  expect(list.maxLength).toBe(Math.max(...words.map((word) => word.length)))
})

it('a list of words has no rank for what is not in it: parts of a word, two words at once, and other texts', () => {
  const list = listOf('monkey', 'sun', 'sunshine')
  const others = [
    '',
    'mon',
    'key',
    'monkeys',
    'sun\nsunshine',
    'SUN',
    'ѕun',
    'constructor',
    '__proto__',
    '\u{1f412}',
  ]
  expect(others.map((word) => list.rankOf(word))).toEqual(others.map(() => undefined))
  // The lower eight bits of the last code unit are those of "n".
  expect(list.rankOf('su\u016e')).toBeUndefined()
})

it('a list of one word has that word', () => {
  const list = listOf('one')
  expect([list.rankOf('one'), list.rankOf('two'), list.maxLength]).toEqual([1, undefined, 3])
})
