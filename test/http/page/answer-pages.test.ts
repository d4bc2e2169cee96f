import { expect, it } from 'vitest'
import { askForPages } from '../../kit/shown-pages.js'
import { htmlFaults } from '../../kit/valid-html.js'

it('every page is valid HTML, from left to right and from right to left', async () => {
  for (const { name, language, html } of await askForPages(['en', 'ar'])) {
    expect(await htmlFaults(html), `${name} in ${language}`).toEqual([])
  }
}, 60_000)
