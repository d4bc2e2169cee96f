import { expect, it } from 'vitest'
import { ALL_LANGUAGES, askForPages } from '../kit/shown-pages.js'
import { rulesFolded } from './kit/form-page.js'
import { layoutFaults } from './kit/layout-faults.js'
import { openViewer } from './kit/viewer.js'

it('nothing on any page in any language is cut off or overlaps on a narrow screen', async () => {
  const pages = await askForPages(ALL_LANGUAGES)
  const { page, show, keep } = await openViewer()
  for (const shown of pages) {
    const where = `${shown.name} in ${shown.language}`
    await show(shown)
    await keep()
    expect.soft(await layoutFaults(page), where).toEqual([])
    if (shown.name !== 'form') continue
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.locator('[data-suggest=words]').click()
    await rulesFolded(page)
    await keep('-suggested-dark')
    expect.soft(await layoutFaults(page), `${where}, suggested`).toEqual([])
    await page.emulateMedia({ colorScheme: 'light' })
  }
}, 600_000)
