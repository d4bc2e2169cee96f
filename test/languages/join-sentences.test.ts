import { expect, it } from 'vitest'
import { joinSentences } from '../../src/languages/join-sentences.js'

it('sentences have a space between them, but not in Chinese and Japanese', () => {
  expect(joinSentences(['One.', 'Two!', 'Three.'])).toBe('One. Two! Three.')
  expect(joinSentences(['一。', '二。'])).toBe('一。二。')
})
