import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { simulatorCredentials, startPanelSimulator } from '../test/panel-simulator/simulator.js'

// `npm run pictures`: takes the README's pictures of the built service, with a simulated panel.

const PICTURES = fileURLToPath(new URL('../docs/pictures/', import.meta.url))
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const NEW_PASSWORD = 'nine maps under a kettle'
const DESK = { viewport: { width: 500, height: 700 } }
const PHONE = { viewport: { width: 360, height: 720 }, colorScheme: 'dark' } as const

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
  await take(form, 'rules', '.rules')
  await typeIn(form, NEW_PASSWORD)
  await form.locator('button[type="submit"]').click()
  await form.locator('main[data-answer="changed"]').waitFor()
  await take(form, 'done')
  const phone = await open(url, PHONE)
  await typeIn(phone, NEW_PASSWORD)
  await take(phone, 'dark-phone', '.rules')
}

async function open(url: string, options: BrowserContextOptions): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage()
  await page.goto(`${url}/?lang=en&email=info@example.org`)
  await page.locator('html.scripted').waitFor()
  return page
}

async function typeIn(page: Page, newPassword: string): Promise<void> {
  await page.locator('[name="current_password"]').fill('info mail pw')
  await page.locator('[name="new_password"]').fill(newPassword)
  await page.locator('#strength-said:not(:empty)').waitFor({ state: 'attached' })
}

/** Takes what a person sees with the element at the top. */
async function take(page: Page, name: string, top = 'body'): Promise<void> {
  await page.locator(top).evaluate((element) => element.scrollIntoView())
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
