import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { onTestFailed } from 'vitest'
import { atEnd } from './at-end.js'

const ARGS = `
  --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
  --disable-component-update --disable-sync
`

/** Resolves the documentation's example names to this machine. */
const OUR_HOSTS = '--host-resolver-rules=MAP *.example.com 127.0.0.1, MAP *.example.org 127.0.0.1'

const SCREENSHOTS = fileURLToPath(new URL('../screenshots/', import.meta.url))

/** How long a person would wait for a page. */
const TIMEOUT_MS = 20_000

let launched: Promise<Browser> | undefined

/**
 * Opens a page in a new browser profile, which is deleted when the tests of the file are over. All files of this process share
 * the browser.
 */
export async function openBrowser(options: BrowserContextOptions = {}): Promise<Page> {
  launched ??= launch()
  const context = await (await launched).newContext(options)
  atEnd(() => context.close())
  context.setDefaultTimeout(TIMEOUT_MS)
  const page = await context.newPage()
  onTestFailed(({ task }) => screenshot(page, `failed ${task.name}`))
  return page
}

/** Headless Chromium, in which pages open several times as fast. It ends with this process. */
function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium-headless-shell',
    args: [...ARGS.trim().split(/\s+/), OUR_HOSTS],
  })
}

/** Saves what the person sees as `screenshots/NAME.png`. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await page.waitForLoadState('load')
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage: true, animations: 'disabled' })
}
