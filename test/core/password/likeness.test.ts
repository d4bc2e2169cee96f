import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isMuchLike } from '../../../src/core/password/likeness.js'

it.each([
  ['a digit raised', 'Kettle-nine-maps-7', 'Kettle-nine-maps-8'],
  ['a year raised', 'Sommer-am-See-2019', 'Sommer-am-See-2020'],
  ['a date raised', 'Sommer20241231', 'Sommer20250101'],
  ['9 raised to 10', 'kettle under maps 9', 'kettle under maps 10'],
  ['a number added at the end', 'kettle under maps', 'kettle under maps 123456'],
  ['a number removed from the end', 'kettle under maps 123456', 'kettle under maps'],
  ['a sign added at the end', 'kettle under maps', 'kettle under maps!'],
  ['a sign added at the end and a digit raised', 'kettle under maps 7', 'kettle under maps 8!'],
  ['a word put before', 'kettle under maps', 'my kettle under maps'],
  ['another case', 'kettle under maps', 'KETTLE Under Maps'],
  ['letters replaced', 'kettle under maps', 'k3ttl3 under maps'],
  ['two letters that changed places', 'kettle under maps', 'ketlte under maps'],
  ['full-width signs', 'kettle under maps', 'ｋｅｔｔｌｅ under maps'],
  ['digits of another script', 'kettle under maps 7', 'kettle under maps ٨'],
  ['an accent that came decomposed', 'kéttle under maps', 'ke\u0301ttle under maps'],
  ['the same', 'kettle under maps', 'kettle under maps'],
  ['a short one with a digit raised', 'secret-1', 'secret-2'],
])('a password is similar to another one with %s', (_what, one, two) => {
  expect(isMuchLike(two, one)).toBe(true)
})

it.each([
  ['another word', 'kettle under maps', 'kettle under roofs'],
  ['other words', 'violet kettle under nine maps', 'gravel mustard tinfoil hat'],
  ['other digits in a password of mostly digits', 'a20241231', 'a31415926'],
  ['digits alone', '123456789012', '314159265358'],
  ['a short one that stands in it', 'sun', 'sunflowers in autumn'],
  ['a very short current one', 'a', 'bcd'],
  ['half of a short one', 'abcdefgh', 'abcdeijk'],
])('a password is not similar to another one with %s', (_what, one, two) => {
  expect(isMuchLike(two, one)).toBe(false)
})

it('a password is similar to itself, and similarity works in both directions', () => {
  const text = fc.string({ unit: fc.constantFrom(...'abAB12é- '), maxLength: 30 })
  fc.assert(
    fc.property(text, text, (one, two) => {
      expect(isMuchLike(one, two)).toBe(isMuchLike(two, one))
      expect(isMuchLike(one, one)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

it('a password of twelve characters or more is similar to each that up to three edits make of it', () => {
  const letter = fc.constantFrom(...'abcdefgh-+')
  const edit = fc.record({ at: fc.nat(), kind: fc.constantFrom('put', 'take', 'replace'), letter })
  fc.assert(
    fc.property(
      fc.string({ unit: letter, minLength: 12, maxLength: 40 }),
      fc.array(edit, { maxLength: 3 }),
      (password, edits) => {
        const characters = [...password]
        for (const { at, kind, letter: put } of edits) {
          const index = at % (characters.length + 1)
          characters.splice(index, kind === 'put' ? 0 : 1, ...(kind === 'take' ? [] : [put]))
        }
        expect(isMuchLike(characters.join(''), password)).toBe(true)
      },
    ),
  )
})

it('a password that is far too long is compared with nothing, so it takes no time', () => {
  const long = 'x'.repeat(4000)
  expect(isMuchLike(long, long)).toBe(false)
})
