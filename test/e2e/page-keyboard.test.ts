import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { startService } from '../kit/service.js'
import { openBrowser } from './kit/browser.js'
import { rulesFolded } from './kit/form-page.js'
import { NARROW } from './kit/viewer.js'

/** Nobody should have to press Tab more often. */
const MOST_TABS = 20

/** Presses Tab until this has focus. Everything on the way must show its focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let count = 0; count < MOST_TABS; count++) {
    await page.keyboard.press('Tab')
    const focus = await page.evaluate((wanted) => {
      const element = document.activeElement ?? document.body
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      const isSeen = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
      return { isThere: element.matches(wanted), isSeen, html: element.outerHTML.slice(0, 80) }
    }, selector)
    expect(focus.isSeen, focus.html).toBe(true)
    if (focus.isThere) return
  }
  throw new Error(`no way by Tab to ${selector}`)
}

function isFocused(page: Page, selector: string): Promise<boolean> {
  return page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)
}

it('a keyboard is enough, from the choice of the proof by way of a fault to the end', async () => {
  const service = await startService()
  const page = await openBrowser({ viewport: NARROW })
  const { keyboard } = page
  await page.goto(`${service.url}/?lang=en`)

  await tabTo(page, '#email')
  await keyboard.type('info@example.org')
  await tabTo(page, '#instead')
  await keyboard.press('Space')
  await expect.poll(() => page.locator('#username').isVisible()).toBe(true)
  expect(await page.locator('#current_password').isVisible()).toBe(false)
  await keyboard.press('Space')
  await keyboard.press('Shift+Tab')
  await keyboard.press('Shift+Tab')
  expect(await isFocused(page, '#current_password')).toBe(true)
  await keyboard.type('a wrong password')

  await tabTo(page, '[data-shows=current_password]')
  await keyboard.press('Space')
  expect(await page.locator('#current_password').getAttribute('type')).toBe('text')
  await keyboard.press('Enter')
  expect(await page.locator('#current_password').getAttribute('type')).toBe('password')

  await tabTo(page, '[data-suggest=words]')
  await keyboard.press('Space')
  await rulesFolded(page)
  expect(await isFocused(page, '#new_password')).toBe(true)
  expect(await page.evaluate('getSelection().toString()')).toBe(
    await page.locator('#new_password').inputValue(),
  )
  await tabTo(page, '[data-suggest=characters]')
  await keyboard.press('Enter')
  await expect
    .poll(() => page.locator('#new_password').inputValue())
    .toMatch(/^[a-zA-Z2-9]{5}(?:-[a-zA-Z2-9]{5}){3}$/)
  const suggested = await page.locator('#new_password').inputValue()
  await tabTo(page, '.rules summary')
  await keyboard.press('Space')
  expect(await page.locator('.rules').getAttribute('open')).toBe('')
  await tabTo(page, '[type=submit]')
  await keyboard.press('Enter')

  await expect.poll(() => isFocused(page, '.summary')).toBe(true)
  await tabTo(page, 'a[href="#current_password"]')
  await keyboard.press('Enter')
  await expect.poll(() => isFocused(page, '#current_password')).toBe(true)
  await keyboard.type('info mail pw')
  await keyboard.press('Enter')

  await expect.poll(() => isFocused(page, 'h1.done')).toBe(true)
  expect(await service.panel.accepts('info@example.org', suggested)).toBe(true)
  await tabTo(page, '.links a')
  await tabTo(page, '.languages summary')
  await keyboard.press('Enter')
  await tabTo(page, '.languages a[hreflang=ar]')
  await keyboard.press('Enter')
  await page.locator('html[lang=ar] #email').waitFor()
})
