import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { simulatorCredentials, startPanelSimulator } from '../test/panel-simulator/simulator.js'

// `npm run pictures`: takes the README's pictures of the built service, with a simulated panel. It needs ImageMagick.

const PICTURES = fileURLToPath(new URL('../docs/pictures/', import.meta.url))
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const NEW_PASSWORD = 'nine maps under a kettle'
const DESK = { viewport: { width: 500, height: 800 } }
const PHONE = { viewport: { width: 360, height: 800 }, colorScheme: 'dark' } as const
const FILM = { viewport: { width: 420, height: 800 } }

/** The film stops then, so that it distracts nobody for long. */
const FILM_RUNS = 2

mkdirSync(PICTURES, { recursive: true })
const panel = await startPanelSimulator()
const service = spawn(process.execPath, [MAIN], {
  env: serviceEnvironment(),
  stdio: ['ignore', 'pipe', 'inherit'],
})
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  await takeAll(await addressOf())
} finally {
  await browser.close()
  service.kill()
  await panel.close()
}

async function takeAll(url: string): Promise<void> {
  const form = await open(url, DESK)
  await take(form, 'form')
  await typeIn(form, 'info and')
  await take(form, 'rules')
  await typeIn(form, NEW_PASSWORD)
  await form.locator('button[type="submit"]').click()
  await form.locator('main[data-answer="changed"]').waitFor()
  await take(form, 'done')
  const phone = await open(url, PHONE)
  await typeIn(phone, NEW_PASSWORD)
  await take(phone, 'dark-phone')
  await film(await open(url, FILM, 'sales'))
}

/** A moving picture of a change, from the form to the end. ImageMagick makes it. */
async function film(page: Page): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-film-'))
  const frames: string[] = []
  const hold = async (seconds: number): Promise<void> => {
    const path = join(folder, `${frames.length}.png`)
    await page.screenshot({ path, animations: 'disabled', caret: 'initial' })
    // In hundredths of a second.
    frames.push('-delay', String(seconds * 100), path)
  }
  await hold(1.5)
  await page.locator('[name="current_password"]').fill('sales mail pw')
  await hold(0.8)
  for (const typed of ['nine', 'nine maps', 'nine maps under', NEW_PASSWORD]) {
    await page.locator('[name="new_password"]').fill(typed)
    await page.locator('#strength-said:not(:empty)').waitFor({ state: 'attached' })
    await hold(0.8)
  }
  await page.locator('button[type="submit"]').click()
  await hold(0.8)
  await page.locator('main[data-answer="changed"]').waitFor()
  await hold(3)
  const options = ['-loop', String(FILM_RUNS), '-layers', 'optimize', '-dither', 'none', '-colors', '64']
  execFileSync('convert', [...frames, ...options, `${PICTURES}change.gif`])
  rmSync(folder, { recursive: true })
}

async function open(url: string, options: BrowserContextOptions, name = 'info'): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage()
  await page.goto(`${url}/?lang=en&email=${name}@example.org`)
  await page.locator('html.scripted').waitFor()
  return page
}

async function typeIn(page: Page, newPassword: string): Promise<void> {
  await page.locator('[name="current_password"]').fill('info mail pw')
  await page.locator('[name="new_password"]').fill(newPassword)
  await page.locator('#strength-said:not(:empty)').waitFor({ state: 'attached' })
}

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${PICTURES}${name}.png`, animations: 'disabled' })
}

function serviceEnvironment(): NodeJS.ProcessEnv {
  return {
    HESTIA_URL: panel.url,
    HESTIA_ACCESS_KEY: simulatorCredentials.accessKey,
    HESTIA_SECRET_KEY: simulatorCredentials.secretKey,
    HESTIA_CERT_SHA256: panel.certificate.fingerprint,
    REKEY_PORT: '0',
    REKEY_SHOWN_IMAP: 'mail.example.org',
    REKEY_SHOWN_SMTP: 'mail.example.org',
  }
}

/** The service's URL, from its log. */
async function addressOf(): Promise<string> {
  for await (const line of createInterface({ input: service.stdout })) {
    const { event, address, port } = JSON.parse(line) as { event: string; address: string; port: number }
    if (event === 'listening') return `http://${address}:${port}`
  }
  throw new Error('the service ended before it listened')
}
