import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { startService } from '../kit/service.js'
import { openBrowser } from './kit/browser.js'
import { layoutFaults } from './kit/layout-faults.js'
import { NARROW } from './kit/viewer.js'

/** Without scripts, the page can't say this after a while. */
const SUBMIT = 'Change password\nThis takes a few seconds.'

/** Expects that everything on the page works without scripts. */
async function expectNoDeadParts(page: Page, buttons: readonly string[]): Promise<void> {
  expect(await page.locator('button:visible').allInnerTexts()).toEqual(buttons)
  expect(await page.locator('meter:visible').count()).toBe(0)
  expect(await layoutFaults(page)).toEqual([])
}

it('without scripts every step can be taken, and nothing is shown that would do nothing', async () => {
  const service = await startService()
  const page = await openBrowser({ javaScriptEnabled: false, viewport: NARROW })
  await page.goto(`${service.url}/?lang=en&email=info@example.org`)
  await page.getByRole('heading', { name: 'Change the password of info@example.org' }).waitFor()
  await expectNoDeadParts(page, [SUBMIT])
  await page.getByRole('link', { name: 'Another mailbox' }).click()
  await page.getByLabel('Email address').fill('info@example.org')

  await page.getByLabel('I manage the hosting account').check()
  expect(await page.getByLabel('Current password').isVisible()).toBe(false)
  await page.getByLabel('Hosting account', { exact: true }).fill('alice')
  await page.getByRole('button').click()

  const alert = page.getByRole('alert')
  await alert.getByRole('heading', { name: 'Check what you entered' }).waitFor()
  await expectNoDeadParts(page, [SUBMIT])
  await alert.getByRole('link', { name: 'Password of the hosting account' }).click()
  await page.keyboard.type('alice panel pw')
  await page.getByLabel('New password', { exact: true }).fill('quite new without scripts')
  await page.getByLabel('New password again').fill('quite new without scripts')
  await page.getByRole('button').click()

  await page.getByRole('heading', { name: 'The password was changed' }).waitFor()
  await expectNoDeadParts(page, [])
  expect(await service.panel.accepts('info@example.org', 'quite new without scripts')).toBe(true)
  await page.getByText('Language: English').click()
  await page.getByRole('link', { name: 'Deutsch' }).click()
  await page.getByRole('heading', { name: 'Passwort eines Postfachs ändern' }).waitFor()
})
