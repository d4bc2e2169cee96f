import fc from 'fast-check'
import { expect, it } from 'vitest'
import { lookUpLanguage } from '../../src/languages/look-up-language.js'

const tags = ['en', 'de', 'pt', 'pt-BR', 'zh-CN', 'zh-TW']

it.each([
  ['pt-br', 'pt-BR'],
  ['pt_PT', 'pt'],
  ['de-Latn-AT-x-private', 'de'],
  ['ZH', 'zh-CN'],
  ['zh_SG', 'zh-CN'],
  ['zh-Hans-HK', 'zh-CN'],
  ['zh_TW', 'zh-TW'],
  ['zh-HK', 'zh-TW'],
  ['zh-Hant', 'zh-TW'],
  ['zh-Hant-MO', 'zh-TW'],
  ['zh-!', undefined],
  ['d', undefined],
  ['', undefined],
  ['deutsch', undefined],
])('the look-up of a language finds for %j: %s', (asked, found) => {
  expect(lookUpLanguage(asked, tags)).toBe(found)
})

it('nobody who reads Traditional Chinese gets Simplified Chinese', () => {
  expect(lookUpLanguage('zh-TW', ['en', 'zh-CN'])).toBeUndefined()
})

it('the look-up of a language finds one that exists, or none, whatever is asked', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (asked) => {
      const found = lookUpLanguage(asked, tags)
      expect(found === undefined || tags.includes(found)).toBe(true)
    }),
  )
})
