import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { answered, fieldOf, fillIn, openForm, send } from './kit/form-page.js'
import { startRekey } from './kit/rekey.js'
import { NARROW } from './kit/viewer.js'

const FIELDS = ['email', 'current_password', 'new_password']

let url: string
let checksBreachesUrl: string

beforeAll(async () => {
  const panel = await startPanelSimulator()
  atEnd(() => panel.close())
  url = (await startRekey(panel)).url
  checksBreachesUrl = (await startRekey(panel, { REKEY_BREACH_CHECK: 'online' })).url
})

/** Waits until a rule is ticked, or isn't. */
async function expectKept(page: Page, code: string, kept: boolean): Promise<void> {
  await expect.poll(() => page.locator(`[data-rule~="${code}"].kept`).count(), { message: code }).toBe(+kept)
}

it('while a person types rules tick off, and untick again', async () => {
  const page = await openForm(url)
  await fieldOf(page, 'email').fill('sales@example.org')
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

it('while a person types the rules fold once all are kept, and unfold when one is broken', async () => {
  const page = await openForm(url)
  const rules = page.locator('.rules')
  const password = fieldOf(page, 'new_password')
  expect(await rules.getAttribute('open')).toBe('')
  await password.fill('nine maps under a kettle')
  await page.getByText('All rules met').waitFor()
  expect(await rules.getAttribute('open')).toBe(null)
  // If the person unfolds them, they stay unfolded.
  await rules.locator('summary').click()
  await password.press('End')
  await password.press('s')
  await expect.poll(() => page.locator('#strength').getAttribute('value')).not.toBe('0')
  expect(await rules.getAttribute('open')).toBe('')
  await rules.locator('summary').click()
  await password.fill('nine')
  await page.getByText('Rules for the new password').waitFor()
  expect(await rules.getAttribute('open')).toBe('')
})

it('while a person types nothing says that all rules are kept if the server alone knows one', async () => {
  const page = await openForm(checksBreachesUrl)
  await fieldOf(page, 'new_password').fill('nine maps under a kettle')
  for (const code of ['too-short', 'too-weak', 'contains-address', 'same-as-current'])
    await expectKept(page, code, true)
  await expectKept(page, 'breached', false)
  expect(await page.locator('.rules.kept').count()).toBe(0)
})

it('while a person types the message at the field gives way to the rules and the meter', async () => {
  const page = await openForm(url)
  await fillIn(page, { email: 'bob@bob.example.com', current: 'bob mail pw', next: 'short' })
  await send(page)
  await answered(page, 'password-rejected')
  const input = fieldOf(page, 'new_password')
  const message = page.getByText('Use at least 12 characters.')
  await message.waitFor()
  expect(await page.locator('[data-rule="too-short"]').isVisible()).toBe(false)
  await expect.poll(() => page.locator('#strength').getAttribute('value')).toBe('1')
  expect(await page.locator('#strength-words').textContent()).toBe('')
  await input.press('End')
  await input.pressSequentially('er')
  expect(await message.count()).toBe(0)
  expect(await input.getAttribute('aria-invalid')).toBe(null)
  expect(await input.getAttribute('aria-describedby')).toBe('rules')
  expect(await page.locator('[data-rule="too-short"]').isVisible()).toBe(true)
  await expect.poll(() => page.locator('#strength-words').textContent()).toMatch(/^Strength: /)
})

it('while a person types the new password is compared with the one of the proof that is chosen', async () => {
  const page = await openForm(url)
  const same = 'violet kettle under nine maps'
  await fieldOf(page, 'new_password').fill(same)
  await fieldOf(page, 'current_password').fill(same)
  await expectKept(page, 'same-as-current', false)
  await fieldOf(page, 'current_password').fill(`${same} 7`)
  await expectKept(page, 'similar-to-current', false)
  await page.locator('#instead').check()
  await expectKept(page, 'similar-to-current', true)
  await expectKept(page, 'same-as-current', true)
  await expectKept(page, 'same-as-account', true)
  await fieldOf(page, 'account_password').fill(same)
  await expectKept(page, 'same-as-account', false)
  await page.locator('#instead').uncheck()
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
  await expect.poll(() => said.textContent()).toBe('Strength: very good. All rules met')
  const heard = await page.evaluate('window.heard')
  expect(heard).toEqual([await said.textContent()])
  // The ticks are also read out.
  await fieldOf(page, 'new_password').fill('a 9zQ!')
  await expect
    .poll(() => said.textContent())
    .toMatch(/^Strength: .+ Still to do: At least 12 characters and Hard to guess$/)
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
  // The driver can't lock the key, so each event carries its state.
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

const OF_WORDS = /^[a-z-]+(?:-[a-z-]+){4,}$/
const OF_CHARACTERS = /^[a-zA-Z2-9]{5}(?:-[a-zA-Z2-9]{5}){3}$/

it('a suggestion is filled in, shown and selected, keeps the rules, and another one is offered', async () => {
  const page = await openForm(url, { viewport: NARROW })
  const input = fieldOf(page, 'new_password')
  await page.getByRole('button', { name: 'Suggest a password' }).click()
  await expect.poll(() => input.inputValue()).toMatch(OF_WORDS)
  const first = await input.inputValue()
  expect(await input.getAttribute('type')).toBe('text')
  expect(await page.evaluate('document.activeElement.id')).toBe('new_password')
  expect(await page.evaluate('document.activeElement.scrollLeft')).toBe(0)
  expect(await page.evaluate('getSelection().toString()')).toBe(first)
  await page.getByText('Save this password before you go on.').first().waitFor()
  await page.getByText('All rules met').waitFor()
  await page.getByRole('button', { name: 'Another one' }).click()
  await expect.poll(() => input.inputValue()).not.toBe(first)
  expect(await input.inputValue()).toMatch(OF_WORDS)
  await page.getByRole('button', { name: 'Characters instead' }).click()
  await expect.poll(() => input.inputValue()).toMatch(OF_CHARACTERS)
  await page.getByRole('button', { name: 'Words instead' }).click()
  await expect.poll(() => input.inputValue()).toMatch(OF_WORDS)
})

it('a suggestion that a person changes is told about as their own', async () => {
  const page = await openForm(url)
  await page.getByRole('button', { name: 'Suggest a password' }).click()
  const words = page.locator('#strength-words')
  await expect.poll(() => words.textContent()).toBe('Save this password before you go on.')
  await page.keyboard.press('End')
  await page.keyboard.type(' and mine')
  await expect.poll(() => words.textContent()).toMatch(/^Strength: /)
})

it('a suggestion is made of characters where the words can’t be loaded', async () => {
  const page = await openForm(url)
  await page.route('**/words.json', (route) => route.abort())
  await page.locator('[data-suggest="words"]').click()
  await expect.poll(() => fieldOf(page, 'new_password').inputValue()).toMatch(OF_CHARACTERS)
})
