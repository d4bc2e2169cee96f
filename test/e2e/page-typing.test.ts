import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { fieldOf, fillIn, openForm, send } from './kit/form-page.js'
import { startRekey } from './kit/rekey.js'

const FIELDS = ['email', 'current_password', 'new_password', 'confirm_password']

let url: string

beforeAll(async () => {
  const panel = await startPanelSimulator()
  atEnd(() => panel.close())
  url = (await startRekey(panel)).url
})

/** Waits until a rule is ticked off, or is not. */
async function expectKept(page: Page, code: string, kept: boolean): Promise<void> {
  await expect.poll(() => page.locator(`[data-rule="${code}"].kept`).count(), { message: code }).toBe(+kept)
}

it('while a person types rules tick off, and untick again', async () => {
  const page = await openForm(`${url}/?email=sales@example.org`)
  const password = fieldOf(page, 'new_password')
  await expectKept(page, 'too-short', false)
  await password.pressSequentially('eleven char')
  await expectKept(page, 'too-short', false)
  await password.press('s')
  await expectKept(page, 'too-short', true)
  await expectKept(page, 'contains-address', true)
  await expectKept(page, 'common', true)
  await password.press('Backspace')
  await expectKept(page, 'too-short', false)
  await password.fill('all the sales of May')
  await expectKept(page, 'contains-address', false)
  await fieldOf(page, 'email').fill('info@bob.example.com')
  await expectKept(page, 'contains-address', true)
  await fieldOf(page, 'current_password').fill('all the sales of May')
  await expectKept(page, 'same-as-current', false)
  await password.fill('')
  await expectKept(page, 'contains-address', false)
})

it('while a person types a rule that is out of sight comes into sight when it is broken', async () => {
  const page = await openForm(url)
  const rule = page.locator('[data-rule="outer-space"]')
  expect(await rule.isVisible()).toBe(false)
  await fieldOf(page, 'new_password').fill('a space at the end ')
  await rule.waitFor()
})

it('while a person types a character that can’t be seen is told of as soon as it is pasted', async () => {
  const page = await openForm(url)
  const rule = page.locator('[data-rule="invisible-character"]')
  await fieldOf(page, 'new_password').fill('good enough 👩‍🚀 otherwise')
  await expectKept(page, 'invisible-character', true)
  expect(await rule.isVisible()).toBe(false)
  await fieldOf(page, 'new_password').fill('good enough\u200b otherwise')
  await expectKept(page, 'invisible-character', false)
  await rule.waitFor()
})

it('while a person types the new password is compared with the one of the proof that is chosen', async () => {
  const page = await openForm(url)
  const same = 'violet kettle under nine maps'
  await fieldOf(page, 'new_password').fill(same)
  await fieldOf(page, 'current_password').fill(same)
  await expectKept(page, 'same-as-current', false)
  await fieldOf(page, 'current_password').fill(`${same} 7`)
  await expectKept(page, 'same-as-current', true)
  await expectKept(page, 'similar-to-current', false)
  await page.locator('#proof-account').check()
  await expectKept(page, 'similar-to-current', true)
  await expectKept(page, 'same-as-current', true)
  await expectKept(page, 'same-as-account', true)
  await fieldOf(page, 'account_password').fill(same)
  await expectKept(page, 'same-as-account', false)
  await page.locator('#proof-mailbox').check()
  await expectKept(page, 'same-as-account', true)
})

it('while a person types the meter speaks politely, and only after a pause', async () => {
  const page = await openForm(url)
  const said = page.locator('#strength-said')
  expect(await said.getAttribute('role')).toBe('status')
  await page.evaluate(`{
      const said = document.querySelector('#strength-said')
      window.heard = []
      new MutationObserver(() => window.heard.push(said.textContent)).observe(said, { childList: true })
    }`)
  await fieldOf(page, 'new_password').pressSequentially('violet kettle under nine maps')
  await expect.poll(() => said.textContent()).toMatch(/^Strength: .+\.$/)
  const heard = await page.evaluate('window.heard')
  expect(heard).toEqual([await said.textContent()])
  expect(await page.locator('#strength-words').textContent()).toBe(await said.textContent())
  await fieldOf(page, 'new_password').fill('')
  await expect.poll(() => said.textContent()).toBe('')
})

it('while a person types the page works on where the dictionary can’t be loaded', async () => {
  const page = await openForm(url)
  let asked = 0
  await page.route('**/strength-worker.js', (route) => {
    asked += 1
    return route.abort()
  })
  const next = 'nine maps under a kettle'
  await fillIn(page, { email: 'sales@example.org', current: 'sales mail pw', next })
  await expectKept(page, 'too-short', true)
  await expect.poll(() => asked).toBeGreaterThan(0)
  await expectKept(page, 'common', false)
  expect(await page.locator('#strength-words').textContent()).toBe('')
  await send(page)
  await page.getByRole('heading', { name: 'The password was changed' }).waitFor()
})

it('the passwords are shown and hidden on demand, each on its own', async () => {
  const page = await openForm(url)
  const button = page.locator('[data-shows="new_password"]')
  await fieldOf(page, 'new_password').fill('to be seen')
  await button.click()
  expect(await fieldOf(page, 'new_password').getAttribute('type')).toBe('text')
  expect(await fieldOf(page, 'current_password').getAttribute('type')).toBe('password')
  expect(await button.getAttribute('aria-pressed')).toBe('true')
  expect(await button.textContent()).toMatch(/^Hide/)
  await button.click()
  expect(await fieldOf(page, 'new_password').getAttribute('type')).toBe('password')
  expect(await button.getAttribute('aria-pressed')).toBe('false')
})

it('the passwords are hidden again when they are sent', async () => {
  const page = await openForm(url)
  await fillIn(page, { email: 'info@example.org', current: 'wrong', next: 'short' })
  await page.locator('[data-shows="new_password"]').click()
  // The answer never comes, so the form stays as it was sent.
  await page.route('**/*', () => undefined)
  await send(page)
  expect(await fieldOf(page, 'new_password').getAttribute('type')).toBe('password')
})

it('the passwords can be pasted into every field', async () => {
  const page = await openForm(url, { permissions: ['clipboard-read', 'clipboard-write'] })
  for (const name of FIELDS) {
    const text = `pasted-${name}`
    await page.evaluate(`navigator.clipboard.writeText('${text}')`)
    await fieldOf(page, name).focus()
    await page.keyboard.press('Control+V')
    expect(await fieldOf(page, name).inputValue()).toBe(text)
  }
  await expectKept(page, 'too-short', true)
})

it('the passwords come with a hint as long as Caps Lock is on', async () => {
  const page = await openForm(url)
  const hint = page.locator('.field', { has: fieldOf(page, 'new_password') }).locator('.caps-lock')
  await fieldOf(page, 'new_password').focus()
  // A driver can't lock the key: its state comes with every other one.
  const pressA = (modifierCapsLock: boolean) =>
    fieldOf(page, 'new_password').dispatchEvent('keydown', { key: 'a', modifierCapsLock })
  await pressA(true)
  expect(await hint.textContent()).toBe('Caps Lock is on.')
  expect(await hint.getAttribute('role')).toBe('status')
  await pressA(false)
  expect(await hint.textContent()).toBe('')
  await pressA(true)
  await fieldOf(page, 'email').focus()
  expect(await hint.textContent()).toBe('')
})

it.each([
  ['words', /^[a-z-]+(?:-[a-z-]+){4,}$/],
  ['characters', /^[a-zA-Z2-9]{5}(?:-[a-zA-Z2-9]{5}){3}$/],
])('a suggestion of %s is filled in twice, shown, copied, and keeps the rules', async (kind, pattern) => {
  const page = await openForm(url, { permissions: ['clipboard-read', 'clipboard-write'] })
  await page.locator(`[data-suggest="${kind}"]`).click()
  await page.getByText('A new password was filled in twice and copied.').waitFor()
  const password = await fieldOf(page, 'new_password').inputValue()
  expect(password).toMatch(pattern)
  expect(await fieldOf(page, 'confirm_password').inputValue()).toBe(password)
  for (const name of ['new_password', 'confirm_password'])
    expect(await fieldOf(page, name).getAttribute('type')).toBe('text')
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(password)
  for (const code of ['too-short', 'contains-address', 'common']) await expectKept(page, code, true)
})

it('a suggestion does not claim to be copied where the browser forbids that', async () => {
  const page = await openForm(url)
  // A page without TLS has no clipboard at all.
  await page.evaluate('Object.defineProperty(navigator, "clipboard", { value: undefined })')
  await page.locator('[data-suggest="characters"]').click()
  await page.getByText('A new password was filled in twice. Save it before you go on.').waitFor()
  expect(await fieldOf(page, 'new_password').inputValue()).not.toBe('')
})

it('a suggestion is made of characters where the words can’t be loaded', async () => {
  const page = await openForm(url)
  await page.route('**/words.json', (route) => route.abort())
  await page.locator('[data-suggest="words"]').click()
  await expect
    .poll(() => fieldOf(page, 'new_password').inputValue())
    .toMatch(/^[a-zA-Z2-9]{5}(?:-[a-zA-Z2-9]{5}){3}$/)
})
