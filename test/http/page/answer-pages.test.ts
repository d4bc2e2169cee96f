import { expect, it } from 'vitest'
import { answerCodes } from '../../../src/core/answer.js'
import { answerPages } from '../../kit/answer-pages.js'
import { askForPages } from '../../kit/shown-pages.js'
import { htmlFaults } from '../../kit/valid-html.js'

/** Answers that no page shows. */
const WITHOUT_PAGE = [
  // Only programs that speak JSON send a token.
  'invalid-token',
  // Only webmail servers are held against REKEY_WEBMAIL_ADDRESSES.
  'unknown-webmail-host',
]

it('every outcome has its page among those that are looked at, or a reason why no page shows it', () => {
  const shown = new Set<string>(answerPages.map(({ answer }) => answer))
  expect([...shown, ...WITHOUT_PAGE].toSorted()).toEqual([...answerCodes, 'none'].toSorted())
})

it('every page is valid HTML, from left to right and from right to left', async () => {
  for (const { name, language, html } of await askForPages(['en', 'ar'])) {
    expect(await htmlFaults(html), `${name} in ${language}`).toEqual([])
  }
}, 60_000)
