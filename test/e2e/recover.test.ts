import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { LINK_REQUEST, makeLink, PUBLIC_URL, recoveryService } from '../kit/recovery.js'
import { startService, type TestService } from '../kit/service.js'
import { openBrowser } from './kit/browser.js'
import { answered, fieldOf, fillIn, send } from './kit/form-page.js'
import { layoutFaults } from './kit/layout-faults.js'
import { NARROW } from './kit/viewer.js'

const NEXT = 'nine maps under a kettle'

/** A link for a mailbox of example.org, at this service's URL. */
async function linkFor(service: TestService, name: string): Promise<string> {
  const url = await makeLink(service, { ...LINK_REQUEST, email: `${name}@example.org` })
  return url.replace(PUBLIC_URL, `${service.url}/`)
}

async function openLink(link: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await openBrowser(options)
  await page.goto(link)
  await page.locator('html.scripted').waitFor()
  return page
}

it('a link that is opened shows its mailbox, leaves the address, and sets the password', async () => {
  const service = await startService(recoveryService())
  const link = await linkFor(service, 'sales')
  const page = await openLink(link, { viewport: NARROW })
  expect(page.url()).toBe(`${service.url}/recover`)
  expect(await page.evaluate('history.length')).toBeLessThanOrEqual(2)
  expect(await fieldOf(page, 'email').inputValue()).toBe('sales@example.org')
  expect(await fieldOf(page, 'email').isVisible()).toBe(true)
  expect(await fieldOf(page, 'recovery').isVisible()).toBe(false)
  expect(await layoutFaults(page)).toEqual([])
  await fieldOf(page, 'new_password').fill('all the sales of May')
  await page.locator('[data-rule="too-short"].kept').waitFor()
  expect(await page.locator('[data-rule="contains-address"].kept').count()).toBe(0)

  await fillIn(page, { next: 'sales mail' })
  await send(page)
  await answered(page, 'password-rejected')
  expect(await fieldOf(page, 'email').inputValue()).toBe('sales@example.org')
  expect(await fieldOf(page, 'recovery').isVisible()).toBe(false)
  await fillIn(page, { next: NEXT })
  await send(page)
  await answered(page, 'changed')
  expect(await service.panel.accepts('sales@example.org', NEXT)).toBe(true)
  expect(await page.content()).not.toContain('rk1.')
})

it('a link that was used is said not to work, and another one can be pasted', async () => {
  const service = await startService(recoveryService())
  const link = await linkFor(service, 'info')
  for (const [code, next] of [
    ['changed', NEXT],
    ['recovery-invalid', 'a wholly other kettle'],
  ] as const) {
    const page = await openLink(link)
    await fillIn(page, { next })
    await send(page)
    await answered(page, code)
    if (code === 'changed') continue
    const field = fieldOf(page, 'recovery')
    expect(await field.isVisible()).toBe(true)
    expect(await field.inputValue()).toBe('')
    expect(await fieldOf(page, 'email').isVisible()).toBe(false)
    expect(await fieldOf(page, 'new_password').inputValue()).toBe(next)
    await field.fill(`<${await linkFor(service, 'info')}>`)
    expect(await fieldOf(page, 'email').inputValue()).toBe('info@example.org')
    expect(await field.isVisible()).toBe(true)
    await send(page)
    await answered(page, 'changed')
    expect(await service.panel.accepts('info@example.org', next)).toBe(true)
  }
})

it('a link goes along to the page in another language', async () => {
  const service = await startService(recoveryService())
  const page = await openLink(await linkFor(service, 'info'))
  await page.locator('.languages summary').click()
  await page.locator('.languages a[hreflang=ar]').click()
  await page.locator('html[lang=ar].scripted').waitFor()
  expect(page.url()).toBe(`${service.url}/recover?lang=ar`)
  expect(await fieldOf(page, 'email').inputValue()).toBe('info@example.org')
})

it('a link that is opened in the window of another one takes its place', async () => {
  const service = await startService(recoveryService())
  const page = await openLink(await linkFor(service, 'info'))
  await page.goto(await linkFor(service, 'sales'))
  await expect.poll(() => fieldOf(page, 'email').inputValue()).toBe('sales@example.org')
  expect(page.url()).toBe(`${service.url}/recover`)
})

it('a link is pasted where there are no scripts', async () => {
  const service = await startService(recoveryService())
  const link = await linkFor(service, 'info')
  const page = await openBrowser({ javaScriptEnabled: false, viewport: NARROW })
  await page.goto(`${link.replace('#', '?lang=en#')}`)
  expect(await page.locator('button:visible').count()).toBe(1)
  expect(await page.getByLabel('Email address').isVisible()).toBe(false)
  expect(await layoutFaults(page)).toEqual([])
  await page.getByLabel('Link').fill(link)
  await fillIn(page, { next: 'info' })
  await page.getByRole('button').click()
  await answered(page, 'password-rejected')
  expect(await page.getByLabel('Link').inputValue()).toBe(link)
  await fillIn(page, { next: NEXT })
  await page.getByRole('button').click()
  await answered(page, 'changed')
  expect(await service.panel.accepts('info@example.org', NEXT)).toBe(true)
})
