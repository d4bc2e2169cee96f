import { afterEach, expect, it, vi } from 'vitest'
import { timeInWords, waitInWords } from '../../src/languages/messages.js'

afterEach(() => void vi.unstubAllEnvs())

it.each([
  [1, 'in 1 second'],
  [59, 'in 59 seconds'],
  [60, 'in 1 minute'],
  [61, 'in 2 minutes'],
  [900, 'in 15 minutes'],
  [7140, 'in 119 minutes'],
  [7141, 'in 2 hours'],
  [7201, 'in 3 hours'],
])('a wait of %i s is told as “%s”: never sooner than it is over', (seconds, words) => {
  expect(waitInWords(seconds, 'en')).toBe(words)
})

it('is told in the language of the other words', () => {
  expect(waitInWords(61, 'de')).toBe('in 2 Minuten')
})

it.each([
  ['en', 'January 15, 2027 at 9:00 AM GMT+1'],
  ['de', '15. Januar 2027 um 09:00 MEZ'],
  ['ja', '2027年1月15日 9:00 GMT+1'],
])('a time is told in the language %s, with the zone of the process', (language, words) => {
  vi.stubEnv('TZ', 'Europe/Berlin')
  expect(timeInWords(1_800_000_000_000, language).replaceAll('\u202f', ' ')).toBe(words)
})
