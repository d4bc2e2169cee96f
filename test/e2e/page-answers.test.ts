import { beforeAll, expect, it } from 'vitest'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import { totp } from '../panel-simulator/commands/totp.js'
import { type PanelSimulator, startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { answered, fieldOf, fillIn, openForm, rulesFolded, send } from './kit/form-page.js'
import { type SpoilingProxy, startProxy } from './kit/proxy.js'
import { startRekey } from './kit/rekey.js'

let panel: PanelSimulator
let proxy: SpoilingProxy
let url: string

beforeAll(async () => {
  panel = await startPanelSimulator()
  atEnd(() => panel.close())
  const rekey = await startRekey(panel, {
    REKEY_LIMIT_FAILURES: '1000/1h',
    REKEY_LIMIT_ADDRESS: '1000/1h',
  })
  proxy = await startProxy(rekey.url)
  url = proxy.url
})

/** Records what screen readers read out from the line below the button. */
const COUNT_ANNOUNCEMENTS = `
  window.announcements = []
  const line = document.querySelector('#status')
  new MutationObserver(() => announcements.push(line.textContent))
    .observe(line, { childList: true, characterData: true, subtree: true })`

const MOVING_PARTS = 'document.getAnimations().length'

const hasFocus = (selector: string) => `document.activeElement?.matches('${selector}')`

it('an answer that comes into the page keeps all that was typed where only a code is missing', async () => {
  const page = await openForm(url)
  const next = 'nine maps under a kettle'
  await page.getByLabel('I manage the hosting account').check()
  await fillIn(page, { email: 'dave@dave.example', next })
  await fieldOf(page, 'username').fill('dave')
  await fieldOf(page, 'account_password').fill('dave panel pw')
  expect(await fieldOf(page, 'code').count()).toBe(0)
  await send(page)
  await answered(page, 'code-required')
  expect(await page.evaluate(hasFocus('.summary'))).toBe(true)
  for (const [name, value] of [
    ['email', 'dave@dave.example'],
    ['username', 'dave'],
    ['account_password', 'dave panel pw'],
    ['new_password', next],
    ['code', ''],
  ] as const) {
    expect(await fieldOf(page, name).inputValue(), name).toBe(value)
  }
  expect(await page.getByLabel('I manage the hosting account').isChecked()).toBe(true)
  await page.getByRole('alert').getByRole('link', { name: 'One-time code' }).click()
  expect(await page.evaluate(hasFocus('#code'))).toBe(true)
  await fieldOf(page, 'code').fill(totp('JBSWY3DPEHPK3PXP', Date.now()))
  await send(page)
  await answered(page, 'changed')
  expect(await page.evaluate(hasFocus('h1'))).toBe(true)
  expect(await panel.accepts('dave@dave.example', next)).toBe(true)
})

it('an answer that comes into the page keeps the rest where the new password is refused', async () => {
  const page = await openForm(url)
  await fillIn(page, { email: 'bob@bob.example.com', current: 'bob mail pw', next: 'short' })
  await send(page)
  await answered(page, 'password-rejected')
  expect(await fieldOf(page, 'current_password').inputValue()).toBe('bob mail pw')
  expect(await fieldOf(page, 'new_password').inputValue()).toBe('short')
  expect(await fieldOf(page, 'confirm_password').count()).toBe(0)
  expect(await fieldOf(page, 'email').inputValue()).toBe('bob@bob.example.com')
  await fillIn(page, { next: 'nine maps under a kettle' })
  await expect.poll(() => page.locator('[data-rule="too-short"].kept').count()).toBe(1)
  await send(page)
  await answered(page, 'changed')
})

it('an answer that comes into the page empties a current password that is wrong, and keeps the others', async () => {
  const page = await openForm(url)
  const next = 'nine maps under a kettle'
  await fillIn(page, { email: 'info@example.org', current: 'not this one', next })
  await send(page)
  await answered(page, 'invalid-credentials')
  expect(await fieldOf(page, 'current_password').inputValue()).toBe('')
  expect(await fieldOf(page, 'new_password').inputValue()).toBe(next)
  expect(await page.title()).toMatch(/^Error: /)
})

it('an answer that comes into the page speaks German for somebody who came with ?lang=de, to the end', async () => {
  const page = await openForm(`${url}/?lang=de`)
  await fillIn(page, { email: 'info@example.org', current: 'not this one', next: 'short' })
  await send(page)
  await answered(page, 'password-rejected')
  expect(await page.title()).toMatch(/^Fehler: /)
  await fillIn(page, { next: 'nine maps under a kettle' })
  await send(page)
  await answered(page, 'invalid-credentials')
  await fillIn(page, { current: 'kontakt mail pw', email: 'kontakt@bücher.example' })
  await send(page)
  await answered(page, 'changed')
  expect(await page.locator('h1').textContent()).toMatch(/Passwort/)
  await page.locator('main .links a').last().click()
  await page.locator('html[lang="de"] main form').waitFor()
})

it('an answer that comes into the page does no harm when the person goes back, forward, or loads the page again', async () => {
  const page = await openForm(`${url}/?email=john-doe@example.org`)
  await page.goto(`${url}/?email=erin@erin.example`)
  await fillIn(page, { current: 'erin mail pw', next: 'nine maps under a kettle' })
  await send(page)
  await answered(page, 'changed')
  const before = panel.calls.length
  const expectFreshForm = async (email: string) => {
    await answered(page, 'none')
    expect(await fieldOf(page, 'email').inputValue()).toBe(email)
    for (const name of ['current_password', 'new_password'])
      expect(await fieldOf(page, name).inputValue(), name).toBe('')
  }
  await page.reload()
  await expectFreshForm('erin@erin.example')
  await page.goBack()
  await expectFreshForm('john-doe@example.org')
  await page.goForward()
  await expectFreshForm('erin@erin.example')
  expect(panel.calls.length).toBe(before)
})

it('a form that is sent by a double click is sent once', async () => {
  const page = await openForm(url)
  const sent: string[] = []
  page.on('request', (request) => void (request.method() === 'POST' && sent.push(request.url())))
  const held = panel.hold(CHANGE)
  await fillIn(page, {
    email: 'sales@example.org',
    current: 'sales mail pw',
    next: 'nine maps under a kettle',
  })
  await page.locator('button[type="submit"]').dblclick()
  await held.arrived
  await page.locator('button[type="submit"]').click()
  expect(await page.locator('#status').textContent()).toBe('Changing the password…')
  held.release()
  await answered(page, 'changed')
  expect(sent).toHaveLength(1)
})

it('a form that is sent says after a second, once, that it takes a few seconds, and nothing moves where that is not wanted', async () => {
  const page = await openForm(url, { reducedMotion: 'reduce' })
  const held = panel.hold(CHANGE)
  await fillIn(page, {
    email: 'frank@frank.example',
    current: 'frank mail pw',
    next: 'nine maps under a kettle',
  })
  await rulesFolded(page)
  await page.clock.install({ time: 0 })
  await page.clock.pauseAt(60_000)
  await page.evaluate(COUNT_ANNOUNCEMENTS)
  await send(page)
  await held.arrived
  const status = page.locator('#status')
  const height = await page.evaluate('document.documentElement.scrollHeight')
  await page.clock.runFor(999)
  expect(await status.textContent()).toBe('Changing the password…')
  await page.clock.runFor(60_000)
  expect(await status.textContent()).toBe('This takes a few seconds.')
  expect(await status.getAttribute('role')).toBe('status')
  expect(await page.evaluate('announcements')).toEqual([
    'Changing the password…',
    'This takes a few seconds.',
  ])
  expect(await page.evaluate('document.documentElement.scrollHeight')).toBe(height)
  expect(await page.evaluate(MOVING_PARTS)).toBe(0)
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  expect(await page.evaluate(MOVING_PARTS)).toBe(1)
  held.release()
  await answered(page, 'changed')
})

it.each([
  ['the connection breaks before the answer', 'broken', 'legacy'],
  ['a proxy answers with its own page', 'own-page', 'info'],
] as const)('a form that is sent says that nobody knows where %s', async (_what, spoil, name) => {
  const page = await openForm(url)
  const next = 'nine maps under a kettle'
  await fillIn(page, { email: `${name}@example.org`, current: `${name} mail pw`, next })
  proxy.spoil = spoil
  await send(page)
  await answered(page, 'outcome-unknown')
  proxy.spoil = 'nothing'
  expect(await panel.accepts(`${name}@example.org`, next)).toBe(true)
  const text = await page.locator('main').textContent()
  expect(text).toContain('We don’t know whether the password was changed')
  expect(text).toContain('First sign in to your mail with the new password.')
  expect(text).not.toMatch(/not changed|Nothing was changed/)
  expect(await page.evaluate(hasFocus('h1'))).toBe(true)
  await page.getByRole('link', { name: 'Back to the form' }).click()
  await page.locator('html.scripted main form').waitFor()
})
