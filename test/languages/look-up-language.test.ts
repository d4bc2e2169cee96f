import fc from 'fast-check'
import { expect, it } from 'vitest'
import { lookUpLanguage } from '../../src/languages/look-up-language.js'

const tags = ['en', 'de', 'pt', 'pt-BR', 'zh-CN']

it.each([
  ['pt-br', 'pt-BR'],
  ['pt_PT', 'pt'],
  ['de-Latn-AT-x-private', 'de'],
  ['ZH', 'zh-CN'],
  ['zh-Hant-TW', 'zh-CN'],
  ['d', undefined],
  ['', undefined],
  ['deutsch', undefined],
])('the look-up of a language finds for %j: %s', (asked, found) => {
  expect(lookUpLanguage(asked, tags)).toBe(found)
})

it('the look-up of a language finds one of those that there are, or none, whatever is asked', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (asked) => {
      const found = lookUpLanguage(asked, tags)
      expect(found === undefined || tags.includes(found)).toBe(true)
    }),
  )
})
