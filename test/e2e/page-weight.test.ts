import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { ALL_LANGUAGES } from '../kit/shown-pages.js'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { openBrowser } from './kit/browser.js'
import { answered, fieldOf, fillIn, openForm, send } from './kit/form-page.js'
import { startRekey } from './kit/rekey.js'

const MAX_BYTES = 20_000
const MAX_REQUESTS = 3

/** A small phone, px. */
const PHONE = { width: 360, height: 640 }
const MAX_SCREENS = 1.5

const FROM_WEBMAIL = '/?email=info@example.org'
const FORMS = ['/', FROM_WEBMAIL]

let url: string

beforeAll(async () => {
  const panel = await startPanelSimulator()
  atEnd(() => panel.close())
  url = (await startRekey(panel)).url
})

interface Transfer {
  readonly url: string
  /** With the headers, compressed as they came (Chrome DevTools Protocol, `Network.loadingFinished`). */
  bytes: number
}

/** Everything that a page loads from now on. */
async function watchTransfers(page: Page): Promise<readonly Transfer[]> {
  const transfers = new Map<string, Transfer>()
  const session = await page.context().newCDPSession(page)
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    transfers.set(requestId, { url: request.url, bytes: 0 })
    all.push(transfers.get(requestId) as Transfer)
  })
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const transfer = transfers.get(requestId)
    if (transfer) transfer.bytes = encodedDataLength
  })
  const all: Transfer[] = []
  await session.send('Network.enable')
  return all
}

/** The browser's layout-shift entries so far, including those right after a key. */
async function layoutShifts(page: Page): Promise<unknown> {
  return await page.evaluate(`new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries().map((entry) => entry.toJSON())))
      .observe({ type: 'layout-shift', buffered: true })
    // Without any entry the observer is never called: the next frames come after what is buffered.
    requestAnimationFrame(() => requestAnimationFrame(() => resolve([])))
  })`)
}

/** Opens the form, and loads its script only after the page has been shown, as on a slow connection. */
async function startScriptAfterPaint(page: Page): Promise<void> {
  let letCome = (): void => undefined
  const painted = new Promise<void>((resolve) => {
    letCome = resolve
  })
  await page.route('**/page.js', async (route) => {
    await painted
    await route.continue()
  })
  await page.goto(url, { waitUntil: 'commit' })
  const paints = "performance.getEntriesByName('first-contentful-paint').length"
  await expect.poll(() => page.evaluate(paints)).toBe(1)
  letCome()
  await page.locator('html.scripted').waitFor()
}

it.each(FORMS)(
  'the first load of %s is small, in few requests, all of them to the service, with nothing that nobody asked for',
  async (path) => {
    const page = await openBrowser()
    const transfers = await watchTransfers(page)
    await page.goto(url + path, { waitUntil: 'networkidle' })
    await page.locator('html.scripted').waitFor()
    const bytes = transfers.reduce((sum, transfer) => sum + transfer.bytes, 0)
    process.stdout.write(`The first load of ${path}: ${bytes} bytes in ${transfers.length} requests\n`)
    expect(transfers.every((transfer) => transfer.bytes > 0)).toBe(true)
    expect(bytes).toBeLessThan(MAX_BYTES)
    expect(transfers.length).toBeLessThanOrEqual(MAX_REQUESTS)
    for (const transfer of transfers) {
      expect(new URL(transfer.url).origin).toBe(url)
      expect(transfer.url).not.toMatch(/-worker|words\.json|\.(?:woff2?|ttf|otf)$/)
    }
    expect(await page.evaluate('document.fonts.size')).toBe(0)
  },
)

it('the form of a person from webmail fits one and a half screens of a small phone in every language', async () => {
  const page = await openBrowser({ viewport: PHONE })
  for (const language of ALL_LANGUAGES) {
    await page.goto(`${url}${FROM_WEBMAIL}&lang=${language}`)
    await page.locator('html.scripted').waitFor()
    const height = Number(await page.evaluate('document.documentElement.scrollHeight'))
    expect(height / PHONE.height, language).toBeLessThanOrEqual(MAX_SCREENS)
  }
})

it('the first load leaves the dictionary and the words until somebody types or asks', async () => {
  const page = await openForm(url)
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  expect(asked).toEqual([])
  await fieldOf(page, 'email').fill('info@example.org')
  await fieldOf(page, 'current_password').fill('info mail pw')
  const help = ['/assets/new-password.js', '/assets/chunk.js']
  await expect.poll(() => asked).toEqual(help)
  await fieldOf(page, 'new_password').fill('n')
  await expect.poll(() => asked).toEqual([...help, '/assets/strength-worker.js'])
  await page.locator('[data-suggest="words"]').click()
  await expect.poll(() => asked).toEqual([...help, '/assets/strength-worker.js', '/assets/words.json'])
})

it.each([320, 1280])(
  'the first load moves nothing on the way, nor does an answer or a password that breaks a rule, at a width of %d px',
  async (width) => {
    const page = await openBrowser({ viewport: { width, height: 1600 } })
    await startScriptAfterPaint(page)
    expect(await layoutShifts(page)).toEqual([])
    await fillIn(page, {
      email: 'info@example.org',
      current: 'wrong',
      next: 'the info of a nine maps kettle',
    })
    await expect.poll(() => page.locator('#strength-said').textContent()).not.toBe('')
    expect(await layoutShifts(page)).toEqual([])
    await send(page)
    await answered(page, 'password-rejected')
    await page.evaluate('scrollTo(0, 0)')
    expect(await layoutShifts(page)).toEqual([])
  },
)

it('the first load needs no script to be seen and used', async () => {
  const page = await openBrowser()
  await page.route('**/page.js', (route) => route.abort())
  await page.goto(url)
  for (const button of await page.locator('.needs-script').all()) expect(await button.isVisible()).toBe(false)
  await fillIn(page, {
    email: 'sales@example.org',
    current: 'sales mail pw',
    next: 'nine maps under a kettle',
  })
  await send(page)
  await answered(page, 'changed')
})

it('the first load is told how long it takes a slow phone until the page is at work', async () => {
  const page = await openBrowser()
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  await page.goto(url)
  await page.locator('html.scripted').waitFor()
  const [paint, interactive] = (await page.evaluate(`[
      performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
      performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd,
    ]`)) as number[]
  process.stdout.write(
    `With a processor four times slower: first paint ${paint} ms, interactive ${interactive} ms\n`,
  )
  expect(interactive).toBeGreaterThan(0)
})
