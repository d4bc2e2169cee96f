import { type BrowserContext, chromium } from 'playwright-core'
import { expect, it } from 'vitest'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { fieldOf } from './kit/form-page.js'
import { startRekey } from './kit/rekey.js'
import { saveLogin } from './kit/saved-login.js'
import { scratchDirectory } from './kit/scratch.js'

/** Chromium with a profile that stays, and its own password manager, which the driver would switch off. */
async function launch(profile: string): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    ignoreDefaultArgs: ['--enable-automation'],
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--password-store=basic'],
  })
  atEnd(() => context.close())
  return context
}

/** The same, with info@example.org's login saved. */
async function launchWithLogin(url: string): Promise<BrowserContext> {
  const profile = scratchDirectory('profile')
  // Its first start makes the database of logins.
  const first = await launch(profile)
  await (await first.newPage()).goto(url)
  await first.close()
  saveLogin(profile, url, 'info@example.org', 'info mail pw')
  return launch(profile)
}

it('Chromium’s own password manager fills in address and current password, and no new one', async () => {
  const panel = await startPanelSimulator()
  atEnd(() => panel.close())
  const { url } = await startRekey(panel)
  const page = await (await launchWithLogin(url)).newPage()
  await page.goto(url)
  const filled = async () => ({
    email: await fieldOf(page, 'email').inputValue(),
    current_password: await fieldOf(page, 'current_password').inputValue(),
    byBrowser: await page
      .locator('input:autofill')
      .evaluateAll((inputs) => inputs.map((input) => input.getAttribute('name'))),
  })
  await expect.poll(filled).toEqual({
    email: 'info@example.org',
    current_password: 'info mail pw',
    byBrowser: ['email', 'current_password'],
  })
  for (const name of ['username', 'account_password', 'new_password'])
    expect(await fieldOf(page, name).inputValue(), name).toBe('')
})

it('Chromium’s own password manager fills in the password of the mailbox in the title, and of no other', async () => {
  const panel = await startPanelSimulator()
  atEnd(() => panel.close())
  const { url } = await startRekey(panel)
  const page = await (await launchWithLogin(url)).newPage()
  await page.goto(`${url}/?email=info@example.org`)
  await expect.poll(() => fieldOf(page, 'current_password').inputValue()).toBe('info mail pw')
  await page.goto(`${url}/?email=sales@example.org`)
  await page.locator('html.scripted').waitFor()
  expect(await fieldOf(page, 'email').inputValue()).toBe('sales@example.org')
  expect(await fieldOf(page, 'current_password').inputValue()).toBe('')
})
