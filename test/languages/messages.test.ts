import { expect, it } from 'vitest'
import { waitInWords } from '../../src/languages/messages.js'

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
