import axe, { type Result } from 'axe-core'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { type PanelSimulator, startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { openBrowser } from './kit/browser.js'
import { answered, fieldOf, fillIn, openForm, rulesFolded, send } from './kit/form-page.js'
import { layoutFaults } from './kit/layout-faults.js'
import { startRekey } from './kit/rekey.js'
import { NARROW } from './kit/viewer.js'

const NEXT = 'nine maps under a kettle'
const WORKER = '**/puzzle-worker.js'

let panel: PanelSimulator
let url: string

beforeAll(async () => {
  panel = await startPanelSimulator()
  atEnd(() => panel.close())
  const rekey = await startRekey(panel, {
    REKEY_LIMIT_ADDRESS: '1000/1h',
    REKEY_LIMIT_FAILURES: '1000/1h',
    REKEY_LIMIT_TARGET: '1/1h',
  })
  url = rekey.url
  for (const name of ['info', 'sales', 'legacy', 'john-doe']) await guessWrong(`${name}@example.org`)
})

/** Makes a wrong guess, which reaches the mailbox's limit. */
async function guessWrong(email: string): Promise<void> {
  await fetch(`${url}/api/v1/password-changes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, currentPassword: 'wrong', newPassword: NEXT }),
  })
}

/** A correctly filled form for a mailbox whose limit is reached. */
async function openFilled(name: string, options: BrowserContextOptions = {}, lang = 'en'): Promise<Page> {
  const page = await openForm(`${url}/?lang=${lang}`, options)
  await fillIn(page, { email: `${name}@example.org`, current: `${name} mail pw`, next: NEXT })
  return page
}

/** Lets the worker start but never finish. */
async function holdWorker(page: Page): Promise<void> {
  await page.route(WORKER, (route) => route.fulfill({ contentType: 'text/javascript', body: '' }))
}

const solvers = (page: Page) =>
  page.workers().filter((worker) => worker.url().endsWith('/puzzle-worker.js')).length

const hasFocus = (selector: string) => `document.activeElement?.matches('${selector}')`

it('a puzzle is solved in a worker that is loaded only then, and the next try goes through with all that was typed', async () => {
  const page = await openFilled('info')
  const asked: string[] = []
  page.on('request', (request) => void (request.method() === 'GET' && asked.push(request.url())))
  await send(page)
  await answered(page, 'too-many-attempts')
  expect(await page.evaluate(hasFocus('.summary'))).toBe(true)
  expect(await page.locator('#ways').isVisible()).toBe(false)
  await page.getByText('Solved. Send the form again within two minutes.').waitFor()
  expect(await page.getByRole('button', { name: 'Cancel' }).isVisible()).toBe(false)
  expect(asked).toContain(`${url}/assets/puzzle-worker.js`)
  expect(asked.every((each) => each.startsWith(url))).toBe(true)
  expect(await fieldOf(page, 'current_password').inputValue()).toBe('info mail pw')
  await send(page)
  await answered(page, 'changed')
  expect(await panel.accepts('info@example.org', NEXT)).toBe(true)
})

it('a form that is sent while the puzzle is being solved goes as soon as it is', async () => {
  const page = await openFilled('sales')
  let letCome = (): void => undefined
  const sent = new Promise<void>((resolve) => {
    letCome = resolve
  })
  await page.route(WORKER, async (route) => {
    await sent
    await route.continue()
  })
  const posts: string[] = []
  page.on('request', (request) => void (request.method() === 'POST' && posts.push(request.url())))
  await send(page)
  await answered(page, 'too-many-attempts')
  await send(page)
  await page.locator('#status').getByText('your browser is solving the puzzle').waitFor()
  letCome()
  await answered(page, 'changed')
  expect(posts).toHaveLength(2)
})

it('a puzzle that is cancelled leads to the ways that remain, and the form stays as it was', async () => {
  const page = await openFilled('legacy')
  await holdWorker(page)
  await send(page)
  await answered(page, 'too-many-attempts')
  const words = page.locator('#puzzle-words')
  expect(await words.textContent()).toBe('One moment: your browser is solving the puzzle.')
  expect(await words.getAttribute('role')).toBe('status')
  await expect.poll(() => solvers(page)).toBe(1)
  await page.getByRole('button', { name: 'Cancel' }).click()
  expect(await page.evaluate(hasFocus('#ways'))).toBe(true)
  await expect.poll(() => solvers(page)).toBe(0)
  expect(await page.locator('#ways li').allTextContents()).toHaveLength(3)
  expect(await page.locator('#ways noscript').isVisible()).toBe(false)
  expect(await page.locator('#puzzle').count()).toBe(0)
  expect(await fieldOf(page, 'current_password').inputValue()).toBe('legacy mail pw')
  await send(page)
  await page.locator('#puzzle').waitFor()
})

it('a puzzle whose worker can’t be loaded leads to the ways that remain', async () => {
  const page = await openFilled('legacy')
  await page.route(WORKER, (route) => route.abort())
  await send(page)
  await answered(page, 'too-many-attempts')
  await page.locator('#ways').waitFor()
  expect(await page.locator('#puzzle').count()).toBe(0)
})

it('a puzzle can’t be solved without scripts, and the page says at once what remains, and when', async () => {
  const page = await openBrowser({ javaScriptEnabled: false, viewport: NARROW })
  await page.goto(`${url}/?lang=en`)
  await fillIn(page, { email: 'legacy@example.org', current: 'legacy mail pw', next: NEXT })
  await send(page)
  await answered(page, 'too-many-attempts')
  const reason = page.locator('#ways noscript p')
  await reason.waitFor()
  expect(await reason.textContent()).toBe('The puzzle needs JavaScript, which is off.')
  expect(await page.locator('#ways li:visible').count()).toBe(3)
  expect(await page.getByRole('alert').textContent()).toMatch(/try again in 60 minutes/)
  expect(await page.locator('#puzzle').isVisible()).toBe(false)
  expect(await layoutFaults(page)).toEqual([])
})

/** What breaks WCAG 2.2 AA. */
async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source)
  const options = JSON.stringify({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
  const found = await page.evaluate<Result[]>(`axe.run(${options}).then(({ violations }) => violations)`)
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

it.each(['en', 'ar'])(
  'a puzzle breaks no rule of WCAG 2.2 AA and no narrow page in %s, while it is solved, solved or cancelled',
  async (lang) => {
    const page = await openFilled('john-doe', { viewport: NARROW, reducedMotion: 'reduce' }, lang)
    const expectSound = async () => {
      expect(await violations(page)).toEqual([])
      expect(await layoutFaults(page)).toEqual([])
      expect(await page.evaluate('document.getAnimations().length')).toBe(0)
    }
    await send(page)
    await page.locator('#puzzle.solved').waitFor()
    await expectSound()
    await page.goto(`${url}/?lang=${lang}`)
    await page.locator('html.scripted').waitFor()
    await fillIn(page, { email: 'john-doe@example.org', current: 'john-doe mail pw', next: NEXT })
    await holdWorker(page)
    await send(page)
    await page.locator('#puzzle').waitFor()
    await rulesFolded(page)
    const height = await page.evaluate('document.documentElement.scrollHeight')
    await expectSound()
    await page.evaluate("document.querySelector('#puzzle').classList.add('solved')")
    expect(await page.evaluate('document.documentElement.scrollHeight')).toBe(height)
    await page.evaluate("document.querySelector('#puzzle').classList.remove('solved')")
    await page.locator('#puzzle button').click()
    await expectSound()
  },
)
