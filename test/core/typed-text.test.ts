import fc from 'fast-check'
import { expect, it } from 'vitest'
import { normalizeAccountName, normalizeAddress, normalizeCode } from '../../src/core/typed-text.js'

const typed = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom(
      ...'aİΣﬁ＠@.。．,;:?<>()"“”\' \u3000\u00a0\u200b\u200c\u200d\u00ad\u0308می\ufe70٣８²①㊗\ufe0f',
      'mailto:',
      'info@example.org',
    ),
  }),
)

it('a cleaned address has no joiner that only stood beside a mark because another was dropped', () => {
  expect(normalizeAddress('a\u200b\u0308\u200cی')).toBe('äی')
})

it.each([
  ['an address', normalizeAddress],
  ['a hosting account’s name', normalizeAccountName],
  ['a one-time code', normalizeCode],
])('%s gives the same when it is read again', (_what, normalize) => {
  fc.assert(
    fc.property(typed, (text) => {
      const once = normalize(text)
      expect(normalize(once)).toBe(once)
    }),
    { numRuns: 2000 },
  )
})

it.each([
  ['123456', '123456'],
  [' 634 710 ', '634710'],
  ['634-710', '634710'],
  ['634–710', '634710'],
  ['634−710', '634710'],
  ['634.710', '634710'],
  ['634·710', '634710'],
  ['634\u00a0710', '634710'],
  ['634\u202f710\n', '634710'],
  ['\u200e634\u200b710\u2069', '634710'],
  ['٦٣٤٧١٠', '634710'],
  ['۶۳۴۷۱۰', '634710'],
  ['۶۳۴\u200c۷۱۰', '634710'],
  ['６３４７１０', '634710'],
  ['६३४७१०', '634710'],
  ['𝟔𝟛𝟦𝟳𝟷𝟎', '634710'],
  ['634710a', '634710a'],
  ['+634710', '+634710'],
  ['½²③', '½²③'],
  ['', ''],
])('a one-time code is read as it was meant: %j', (text, code) => {
  expect(normalizeCode(text)).toBe(code)
})

it('a one-time code may use the digits of any script in Unicode', () => {
  const codes = Array.from({ length: 0x110000 }, (_, code) => code)
  const digits = codes.filter((code) => /^\p{Nd}$/u.test(String.fromCodePoint(code)))
  expect(digits.length).toBeGreaterThan(600)
  for (let set = 0; set < digits.length; set += 10) {
    const text = String.fromCodePoint(...digits.slice(set, set + 10))
    expect(normalizeCode(text)).toBe('0123456789')
  }
})

it.each([
  [' alice ', 'alice'],
  ['al\u200bice', 'alice'],
  ['ａｌｉｃｅ', 'alice'],
  ['Alice', 'Alice'],
  ['al+ice', 'al+ice'],
])('a hosting account’s name is read as it was meant: %j', (text, name) => {
  expect(normalizeAccountName(text)).toBe(name)
})

it('text that is far too long is not analysed', () => {
  const digits = '٣'.repeat(4000)
  expect(normalizeCode(digits)).toBe(digits)
  const nested = `${'('.repeat(4000)}info@example.org${')'.repeat(4000)}`
  expect(normalizeAddress(nested)).toBe(nested)
})
