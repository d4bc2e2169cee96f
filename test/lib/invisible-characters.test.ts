import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { holdsInvisible, withoutInvisible } from '../../src/lib/invisible-characters.js'

const CATALOGUES = new URL('../../views/messages/', import.meta.url)

it.each([
  ['zero-width space', '\u200b'],
  ['zero-width non-joiner', '\u200c'],
  ['zero-width joiner', '\u200d'],
  ['left-to-right mark', '\u200e'],
  ['right-to-left mark', '\u200f'],
  ['Arabic letter mark', '\u061c'],
  ['left-to-right embedding', '\u202a'],
  ['pop directional formatting', '\u202c'],
  ['right-to-left override', '\u202e'],
  ['right-to-left isolate', '\u2067'],
  ['pop directional isolate', '\u2069'],
  ['line separator', '\u2028'],
  ['paragraph separator', '\u2029'],
  ['word joiner', '\u2060'],
  ['invisible plus', '\u2064'],
  ['soft hyphen', '\u00ad'],
  ['combining grapheme joiner', '\u034f'],
  ['byte order mark', '\ufeff'],
  ['Hangul filler', '\u3164'],
  ['half-width Hangul filler', '\uffa0'],
  ['Hangul choseong filler', '\u115f'],
  ['Khmer inherent vowel', '\u17b4'],
  ['Mongolian vowel separator', '\u180e'],
  ['variation selector', '\ufe0f'],
  ['ideographic variation selector', '\u{e0100}'],
  ['tag', '\u{e0061}'],
  ['interlinear annotation', '\ufff9'],
  ['object replacement', '\ufffc'],
  ['Braille blank', '\u2800'],
  ['beginning of a musical beam', '\u{1d173}'],
])('an invisible character is found wherever it stands: %s', (_name, character) => {
  for (const text of [
    character,
    `${character}abc`,
    `ab${character}c`,
    `abc${character}`,
    `名${character}前`,
  ]) {
    expect(holdsInvisible(text)).toBe(true)
    expect(withoutInvisible(text)).toBe(text.replaceAll(character, ''))
  }
})

it.each([
  ['family', '👨‍👩‍👧‍👦'],
  ['astronaut with a tone of skin', '👨🏽‍🚀'],
  ['heart', '❤️'],
  ['heart on fire', '❤️‍🔥'],
  ['high voltage, as Apple’s keyboards send it', '⚡️'],
  ['flag of the rainbow', '🏳️‍🌈'],
  ['flag of pirates', '🏴‍☠️'],
  ['flag of Scotland', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
  ['flag of Norway', '🇳🇴'],
  ['eye in a bubble', '👁️‍🗨️'],
  ['runner to the right', '🏃🏽‍♀️‍➡️'],
  ['key with a digit', '1️⃣'],
  ['registered', '®️'],
])('an emoji is seen whole: %s', (_name, emoji) => {
  for (const text of [emoji, `a${emoji}b`, `${emoji}${emoji}`]) {
    expect(holdsInvisible(text)).toBe(false)
    expect(withoutInvisible(text)).toBe(text)
  }
})

it.each([
  ['Persian', 'می‌خواهم'],
  ['Persian with marks', 'مُی‌خواهم'],
  ['Kurdish', 'ئه‌وه'],
  ['Urdu', 'بے‌حد'],
  ['Arabic letter in its initial form', 'ه‍'],
  ['Hindi', 'क्‍ष और क्‌ष'],
  ['Bengali', 'র‍্যাব'],
  ['Malayalam', 'അവന്‍'],
  ['Sinhala', 'ශ්‍රී ලංකා'],
  ['Kannada', 'ರ‍್ಯ'],
  ['Khmer', 'ស្រ្តី‌ខ្មែរ'],
  ['Mongolian', 'ᠬᠠᠷ᠎ᠠ ᠪᠢᠴᠢᠭ᠌'],
  ['Arabic sign of a number', '\u0600١٢'],
])('a script that needs joiners keeps them: %s', (_name, text) => {
  expect(holdsInvisible(text)).toBe(false)
})

it.each([
  ['a joiner at the end of a Persian word', 'سلام‌'],
  ['a joiner before a Persian word', '‌سلام'],
  ['two joiners', 'می‌‌خواهم'],
  ['a joiner after a Latin letter whose mark is of many scripts', 'a\u0308\u200cی'],
  ['a grapheme joiner before a joiner', 'م\u034f\u200cی'],
  ['a joiner between Latin letters', 'Auf‌lage'],
  ['a joiner between a Persian word and a digit', 'سلام‌1'],
  ['a joiner after an emoji', '👩‍'],
  ['tags after another emoji than the black flag', '😀\u{e0061}\u{e0062}\u{e0063}\u{e007f}'],
  ['a flag of a region that does not end', '\u{1f3f4}\u{e0067}\u{e0062}'],
  ['a variation selector after a digit', '1️'],
  ['two variation selectors', '❤️️'],
])('what belongs to emoji and scripts is found where it changes nothing: %s', (_what, text) => {
  expect(holdsInvisible(text)).toBe(true)
})

it('the words of every language are seen', () => {
  for (const name of readdirSync(CATALOGUES)) {
    const catalogue = readFileSync(new URL(name, CATALOGUES), 'utf8')
    // In Arabic and Persian, isolates surround text that runs from left to right. Long German words have soft hyphens.
    const words = catalogue.replaceAll(/[\u00ad\u2066\u2068\u2069]/g, '')
    expect(withoutInvisible(words)).toBe(words)
  }
})

it('every letter, mark, digit, sign and space of every script is seen', () => {
  const seen = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]$/u
  const blank = /[\p{Default_Ignorable_Code_Point}\u2800\ufffc]/u
  const all = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code))
  const text = all.filter((character) => seen.test(character) && !blank.test(character)).join('')
  expect(text.length).toBeGreaterThan(140_000)
  expect(withoutInvisible(text) === text).toBe(true)
})

it('a text without invisible characters loses none a second time', () => {
  const unit = fc.constantFrom(
    ...'ab1#می前ᠠक्🏴😀❤🏽\u200b\u200c\u200d\u180e\ufe0f\u20e3\u2028\u{e0061}\u{e007f}\u034f',
  )
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit }), fc.string({ unit: 'binary' })), (text) => {
      const once = withoutInvisible(text)
      expect(withoutInvisible(once)).toBe(once)
    }),
    { numRuns: 1000 },
  )
})
