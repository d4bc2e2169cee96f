import { expect, it } from 'vitest'
import { askForPages } from '../../kit/shown-pages.js'
import { htmlFaults } from '../../kit/valid-html.js'

// The tests of each page check it in English.
it('every page is valid HTML from right to left', async () => {
  for (const { name, html } of await askForPages(['ar'])) {
    expect(await htmlFaults(html), name).toEqual([])
  }
}, 60_000)
