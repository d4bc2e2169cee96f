import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { byLink, makeLink, PUBLIC_URL, recoveryService } from '../kit/recovery.js'
import { startService, type TestService } from '../kit/service.js'
import { gist, post } from '../kit/submissions.js'
import { openBrowser, screenshot } from './kit/browser.js'
import { answered, fieldOf, fillIn, openForm } from './kit/form-page.js'
import { layoutFaults } from './kit/layout-faults.js'
import { readQrCode } from './kit/qr-code.js'
import { NARROW } from './kit/viewer.js'

const NEXT = 'nine maps under a kettle'

const start = (environment?: Record<string, string>) => startService(recoveryService(environment))

/** Types the credentials of alice's hosting account. */
async function fillInAccount(page: Page, password = 'alice panel pw'): Promise<void> {
  await fieldOf(page, 'email').fill('info@example.org')
  await fieldOf(page, 'username').fill('alice')
  await fieldOf(page, 'account_password').fill(password)
}

const shownLink = (page: Page) => page.locator('#made-link').inputValue()

/** Opens a link at this service's URL, and sets a password with it. Without scripts, the link is pasted. */
async function setPassword({ url }: TestService, link: string, page: Page, isScripted = true): Promise<void> {
  await page.goto(link.replace(PUBLIC_URL, `${url}/`))
  if (isScripted) await page.locator('html.scripted').waitFor()
  else await fieldOf(page, 'recovery').fill(link)
  await fillIn(page, { next: NEXT })
  await page.getByRole('button', { name: 'Set password' }).click()
  await answered(page, 'changed')
}

it('an owner makes a link from the form to change a password, and its user sets one by the code on the page', async () => {
  const service = await start()
  const page = await openForm(service.url, { viewport: NARROW })
  const button = page.getByRole('button', { name: 'Make a link for the mailbox’s user instead' })
  expect(await button.isVisible()).toBe(false)
  await page.getByLabel('I manage the hosting account').check()
  await fillInAccount(page)
  await button.click()
  await answered(page, 'recovery-link-made')
  expect(await page.evaluate("document.activeElement?.matches('h1')")).toBe(true)
  expect(await layoutFaults(page)).toEqual([])
  await screenshot(page, 'recovery-link-made')
  const link = await shownLink(page)
  expect(await readQrCode(page)).toBe(link)
  expect(page.url()).not.toContain('rk1.')
  expect(await page.title()).not.toContain('rk1.')

  const user = await openBrowser()
  await user.route('**/recover*', (route) => {
    expect(route.request().url()).not.toContain('rk1.')
    return route.continue()
  })
  await setPassword(service, link, user)
  expect(await service.panel.accepts('info@example.org', NEXT)).toBe(true)
})

it('an owner makes a link and its user sets a password without scripts', async () => {
  const service = await start()
  const page = await openBrowser({ javaScriptEnabled: false, viewport: NARROW })
  await page.goto(`${service.url}/?lang=en`)
  await page.getByLabel('I manage the hosting account').check()
  await fillInAccount(page, '')
  await page.getByRole('button', { name: 'Make a link for the mailbox’s user instead' }).click()
  await answered(page, 'invalid-request')
  expect(await fieldOf(page, 'email').inputValue()).toBe('info@example.org')
  expect(await layoutFaults(page)).toEqual([])
  await fieldOf(page, 'account_password').fill('alice panel pw')
  await page.getByRole('button', { name: 'Make a link' }).click()
  await answered(page, 'recovery-link-made')
  expect(await page.locator('button:visible').count()).toBe(0)
  expect(await layoutFaults(page)).toEqual([])
  await setPassword(service, await shownLink(page), page, false)
  expect(await service.panel.accepts('info@example.org', NEXT)).toBe(true)
})

it.each([
  ['on a dark page', { colorScheme: 'dark' }],
  ['in forced colors', { forcedColors: 'active', colorScheme: 'dark' }],
  ['on a wide page', { viewport: { width: 1280, height: 800 } }],
] as const)('the code of a link can be read %s', async (_where, options) => {
  const service = await start()
  const page = await openForm(`${service.url}/link`, { viewport: NARROW, ...options })
  await fillInAccount(page)
  await page.getByRole('button', { name: 'Make a link' }).click()
  await answered(page, 'recovery-link-made')
  expect(await readQrCode(page)).toBe(await shownLink(page))
})

it('a made link is copied, or marked where the browser forbids that', async () => {
  const service = await start()
  const page = await openForm(`${service.url}/link`, { permissions: ['clipboard-read', 'clipboard-write'] })
  await fillInAccount(page)
  await page.getByRole('button', { name: 'Make a link' }).click()
  await answered(page, 'recovery-link-made')
  const copy = page.getByRole('button', { name: 'Copy' })
  const marked = () => page.evaluate('getSelection().toString()')
  await page.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('forbidden'))")
  await copy.click()
  expect(await marked()).toBe(await shownLink(page))
  expect(await page.locator('#copied').textContent()).toBe('')
  await page.evaluate('delete navigator.clipboard.writeText')
  await copy.click()
  await page.getByText('Link copied.').waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await shownLink(page))
})

it('Enter makes a link on the page of owners, and changes the password on the other form', async () => {
  const service = await start()
  const page = await openForm(`${service.url}/link`)
  await fillInAccount(page)
  await page.keyboard.press('Enter')
  await answered(page, 'recovery-link-made')

  await page.goto(service.url)
  await page.getByLabel('I manage the hosting account').check()
  await fillInAccount(page)
  await fillIn(page, { next: NEXT })
  await page.keyboard.press('Enter')
  await answered(page, 'changed')
  expect(await service.panel.accepts('info@example.org', NEXT)).toBe(true)
})

it('an owner ends all links by keyboard, and by mistake by no single key', async () => {
  const service = await start()
  const link = await makeLink(service)
  const page = await openForm(`${service.url}/link`)
  await fillInAccount(page)
  expect(await page.getByRole('button', { name: 'End all links' }).isVisible()).toBe(false)
  const { keyboard } = page
  await page.locator('button[type=submit]').first().focus()
  await keyboard.press('Tab')
  await keyboard.press('Enter')
  await keyboard.press('Tab')
  expect(await page.evaluate("document.activeElement?.matches('.ending button')")).toBe(true)
  await keyboard.press('Space')
  await answered(page, 'recovery-links-ended')
  expect(gist(await post(service, byLink(link)))).toBe('403 recovery-invalid')
})

it('an owner is told to try again if the answer is lost', async () => {
  const service = await start()
  for (const path of ['/', '/link']) {
    const page = await openForm(`${service.url}${path}?lang=en`)
    if (path === '/') await page.getByLabel('I manage the hosting account').check()
    await fillInAccount(page)
    await page.route('**/link?*', (route) => route.abort())
    await page.getByRole('button', { name: 'Make a link' }).click()
    await page.getByRole('heading', { name: 'No answer came' }).waitFor()
    expect(await page.locator('main').textContent()).not.toMatch(/new password/)
  }
})

it('the button that was pressed while the puzzle is being solved is the one that counts', async () => {
  const service = await start({ REKEY_LIMIT_TARGET: '1/1h' })
  const page = await openForm(`${service.url}/link`)
  await fillInAccount(page, 'wrong')
  await page.getByRole('button', { name: 'Make a link' }).click()
  await answered(page, 'invalid-credentials')
  let letCome = (): void => undefined
  const pressed = new Promise<void>((resolve) => {
    letCome = resolve
  })
  await page.route('**/puzzle-worker.js', async (route) => {
    await pressed
    await route.continue()
  })
  await fillInAccount(page)
  await page.getByRole('button', { name: 'Make a link' }).click()
  await answered(page, 'too-many-attempts')
  await page.locator('.ending summary').click()
  await page.getByRole('button', { name: 'End all links' }).click()
  await page.locator('#status').getByText('your browser is solving the puzzle').waitFor()
  letCome()
  await answered(page, 'recovery-links-ended')
})
