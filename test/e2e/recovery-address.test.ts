import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { addressService, PUBLIC_URL } from '../kit/recovery.js'
import { startService, type TestService } from '../kit/service.js'
import { type SmtpServer, startSmtpServer } from '../kit/smtp-server.js'
import { openBrowser, screenshot } from './kit/browser.js'
import { answered, fieldOf, fillIn, openForm, send } from './kit/form-page.js'
import { layoutFaults } from './kit/layout-faults.js'
import { NARROW } from './kit/viewer.js'

const NEXT = 'nine maps under a kettle'

async function start() {
  const smtp = await startSmtpServer({ disabledCommands: ['STARTTLS'] })
  return { smtp, service: await startService(addressService(smtp.port)) }
}

/** The link that was mailed to jane@example.net, at this service's URL. */
async function mailedLink({ url }: TestService, { messages }: SmtpServer): Promise<string> {
  const toJane = () => messages.find(({ to }) => to.includes('jane@example.net'))
  await vi.waitUntil(() => toJane() !== undefined, { timeout: 5000 })
  const [link = ''] = /https:\S+#rk1\.[\w.-]+/.exec(toJane()?.text ?? '') ?? []
  return link.replace(PUBLIC_URL, `${url}/`)
}

/** Sets jane@example.net as the recovery address of info@example.org. */
async function setAddress(page: Page): Promise<void> {
  await fillIn(page, { email: 'info@example.org', current: 'info mail pw' })
  await fieldOf(page, 'recovery_address').fill('jane@example.net')
  await send(page)
  await answered(page, 'recovery-address-sent')
}

async function openLink(link: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await openBrowser(options)
  await page.goto(link)
  return page
}

it('a person sets a recovery address, confirms it by the mail, sees it after a change, and removes it', async () => {
  const { service, smtp } = await start()
  const form = await openForm(service.url, { viewport: NARROW })
  await form.getByRole('link', { name: 'Set a recovery address' }).click()
  await form.locator('html.scripted').waitFor()
  expect(await layoutFaults(form)).toEqual([])
  await setAddress(form)

  const page = await openLink(await mailedLink(service, smtp), { viewport: NARROW })
  await page.locator('html.scripted').waitFor()
  expect(page.url()).toBe(`${service.url}/recovery-address/confirm`)
  expect(await fieldOf(page, 'email').inputValue()).toBe('info@example.org')
  expect(await fieldOf(page, 'recovery').isVisible()).toBe(false)
  expect(await layoutFaults(page)).toEqual([])
  await page.getByRole('button', { name: 'Confirm' }).click()
  await answered(page, 'recovery-address-confirmed')
  expect(await page.locator('main bdi').textContent()).toBe('info@example.org')

  await page.goto(service.url)
  await page.locator('html.scripted').waitFor()
  await fillIn(page, { email: 'info@example.org', current: 'info mail pw', next: NEXT })
  await page.getByRole('button', { name: 'Change password' }).click()
  await answered(page, 'changed')
  expect(await page.locator('section bdi').textContent()).toBe('j…@e….net')
  expect(await layoutFaults(page)).toEqual([])
  await screenshot(page, 'changed-with-address')
  await page.getByRole('button', { name: 'Remove the address' }).click()
  await answered(page, 'recovery-address-removed')
  expect(page.url()).not.toContain('removal')
})

it('a recovery address is set and confirmed with scripts off too', async () => {
  const { service, smtp } = await start()
  const page = await openBrowser({ javaScriptEnabled: false })
  await page.goto(`${service.url}/recovery-address`)
  await setAddress(page)
  const link = await mailedLink(service, smtp)
  await page.goto(link)
  expect(await fieldOf(page, 'recovery').isVisible()).toBe(true)
  await fieldOf(page, 'recovery').fill(link)
  await send(page)
  await answered(page, 'recovery-address-confirmed')
})
