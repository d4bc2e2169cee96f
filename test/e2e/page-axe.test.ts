import axe, { type Result, type RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { askForPages } from '../kit/shown-pages.js'
import { NARROW, openViewer, WIDE } from './kit/viewer.js'

/** WCAG 2.2, levels A and AA; of its rules only those on media need anything loaded beforehand. */
const OPTIONS: RunOptions = {
  preload: { assets: ['media'] },
  resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
}

/** What a page passes is several times as long as what it breaks. */
const RUN = `axe.run(${JSON.stringify(OPTIONS)}).then(({ violations }) => violations)`

type Look = readonly [colorScheme: 'light' | 'dark', viewport: typeof NARROW]

/** Each differs from the one before in one thing alone. */
const looks: readonly Look[] = [
  ['light', NARROW],
  ['dark', NARROW],
  ['dark', WIDE],
  ['light', WIDE],
]

/** What breaks WCAG in any of the looks, a line each. */
async function violations(page: Page): Promise<string[]> {
  const lines: string[] = []
  // It stays where a page takes the place of another.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source)
  for (const [colorScheme, viewport] of looks) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize(viewport)
    for (const { id, nodes } of await page.evaluate<Result[]>(RUN)) {
      lines.push(...nodes.map(({ html }) => `${id}, ${colorScheme}, ${viewport.width} px: ${html}`))
    }
  }
  return lines
}

it('no page breaks a rule of WCAG 2.2 AA, light or dark, narrow or wide, written from the left or the right', async () => {
  const { page, show } = await openViewer()
  for (const shown of await askForPages(['en', 'ar'])) {
    await show(shown)
    // What is folded away is looked at too.
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true
    })
    expect.soft(await violations(page), `${shown.name} in ${shown.language}`).toEqual([])
  }
}, 300_000)
