import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { askForPages } from '../kit/shown-pages.js'
import { layoutFaults } from './kit/layout-faults.js'
import { openViewer } from './kit/viewer.js'

async function takeSuggestion(page: Page): Promise<void> {
  await page.locator('[data-suggest=words]').click()
  await page.locator('#strength-words:not(:empty)').waitFor()
}

it('with text of twice the size nothing is cut off, and nobody scrolls sideways', async () => {
  const { page, show } = await openViewer({ viewport: { width: 640, height: 800 } })
  for (const shown of await askForPages(['de', 'ar'])) {
    await show(shown)
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%'
    })
    expect.soft(await layoutFaults(page), `${shown.name} in ${shown.language}`).toEqual([])
  }
}, 300_000)

it('nothing moves for people who want no motion', async () => {
  const { page, show } = await openViewer({ reducedMotion: 'reduce' })
  for (const shown of await askForPages(['en'])) {
    await show(shown)
    if (shown.name === 'form') await takeSuggestion(page)
    expect(await page.evaluate(movingParts), shown.name).toEqual([])
  }
})

it('in forced colors all that lines alone show is still to be seen', async () => {
  const { page, show, keep } = await openViewer({ forcedColors: 'active' })
  for (const shown of await askForPages(['en'])) {
    await show(shown)
    if (shown.name === 'form') {
      expect(await page.evaluate(unseen, ['.rules li:not(.kept)::before'])).toEqual([])
      await takeSuggestion(page)
      await page.locator('.rules summary').click()
      await page.locator('#email').focus()
      const lines = ['#email:focus-visible', '.rules', '.rules li.kept::before']
      expect(await page.evaluate(unseen, [...lines, 'button', '.entry input'])).toEqual([])
    }
    if (shown.name === 'every-field-wrong') {
      expect(await page.evaluate(unseen, ['.summary', 'input[aria-invalid=true]'])).toEqual([])
    }
    if (shown.name === 'changed') {
      expect(await page.evaluate(unseen, ['.done::before', '.warning'])).toEqual([])
    }
    await keep('-forced-colors')
  }
})

/** Runs in the browser. */
function movingParts(): string[] {
  const running = document.getAnimations().map(({ id }) => `an animation ${id}`)
  const parts = [...document.querySelectorAll('*')].filter((element) =>
    ['', '::before', '::after'].some((part) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element, part)
      return transitionDuration !== '0s' || animationName !== 'none' || scrollBehavior === 'smooth'
    }),
  )
  return [...running, ...parts.map(({ outerHTML }) => outerHTML.slice(0, 60))]
}

/** Runs in the browser. Finds elements without a line around or beside them in another color than the background. */
function unseen(selectors: string[]): string[] {
  return selectors.filter((selector) => {
    const [path = '', part = ''] = selector.split(/(?=::)/)
    const element = document.querySelector(path)
    if (!element) return true
    const behind = getComputedStyle(document.body).backgroundColor
    const style = getComputedStyle(element, part)
    const sides = ['outline', 'border-top', 'border-right', 'border-bottom', 'border-left']
    return !sides.some((side) => {
      const read = (what: string): string => style.getPropertyValue(`${side}-${what}`)
      return read('style') !== 'none' && read('width') !== '0px' && read('color') !== behind
    })
  })
}
