import axe, { type AxeResults, type RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { askForPages } from '../kit/shown-pages.js'
import { NARROW, openViewer, WIDE } from './kit/viewer.js'

/** WCAG 2.2, levels A and AA. */
const OPTIONS: RunOptions = {
  resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
}

const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [NARROW, WIDE].map((viewport) => ({ colorScheme, viewport })),
)

/** What breaks WCAG in any of the looks, a line each. */
async function violations(page: Page): Promise<string[]> {
  const lines: string[] = []
  await page.evaluate(axe.source)
  for (const { colorScheme, viewport } of looks) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize(viewport)
    const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(OPTIONS)})`)
    for (const { id, nodes } of violations) {
      lines.push(...nodes.map(({ html }) => `${id}, ${colorScheme}, ${viewport.width} px: ${html}`))
    }
  }
  return lines
}

it.each(['en', 'ar'])(
  'no page breaks a rule of WCAG 2.2 AA, light or dark, narrow or wide: %s',
  async (language) => {
    const { page, show } = await openViewer()
    for (const shown of await askForPages([language])) {
      await show(shown)
      // What is folded away is looked at too.
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true
      })
      expect.soft(await violations(page), `${shown.name} in ${language}`).toEqual([])
    }
  },
  300_000,
)
