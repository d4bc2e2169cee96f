import axe, { type Result, type RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'

/** WCAG 2.2, levels A and AA; of its rules only those on media need anything loaded beforehand. */
const OPTIONS: RunOptions = {
  preload: { assets: ['media'] },
  resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
}

/** The rules that a page passes are several times as long. */
const RUN = `axe.run(${JSON.stringify(OPTIONS)}).then(({ violations }) => violations)`

/** The page's violations of WCAG 2.2 AA, as it is shown, a line each. */
export async function axeFaults(page: Page): Promise<string[]> {
  // Pages that replace each other share a window.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source)
  const violations = await page.evaluate<Result[]>(RUN)
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}
