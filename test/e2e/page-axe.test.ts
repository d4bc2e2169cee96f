import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { askForPages } from '../kit/shown-pages.js'
import { axeFaults } from './kit/axe-faults.js'
import { NARROW, openViewer, WIDE } from './kit/viewer.js'

type Look = readonly [colorScheme: 'light' | 'dark', viewport: typeof NARROW]

/** Each differs from the previous one in only one thing. */
const looks: readonly Look[] = [
  ['light', NARROW],
  ['dark', NARROW],
  ['dark', WIDE],
  ['light', WIDE],
]

/** What breaks WCAG in any of the looks, one per line. */
async function violations(page: Page): Promise<string[]> {
  const lines: string[] = []
  for (const [colorScheme, viewport] of looks) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize(viewport)
    const faults = await axeFaults(page)
    lines.push(...faults.map((fault) => `${colorScheme}, ${viewport.width} px: ${fault}`))
  }
  return lines
}

it('no page breaks a rule of WCAG 2.2 AA, light or dark, narrow or wide, written from the left or the right', async () => {
  const { page, show } = await openViewer()
  for (const shown of await askForPages(['en', 'ar'])) {
    await show(shown)
    // Also check what is folded.
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true
    })
    expect.soft(await violations(page), `${shown.name} in ${shown.language}`).toEqual([])
  }
}, 300_000)
