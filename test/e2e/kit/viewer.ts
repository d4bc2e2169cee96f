import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import { boldBrand } from '../../kit/brand.js'
import { startService } from '../../kit/service.js'
import type { ShownPage } from '../../kit/shown-pages.js'
import { openBrowser } from './browser.js'

/** The narrowest screen that the page is made for (WCAG 2.2, 1.4.10), and a wide one; px. */
export const NARROW = { width: 320, height: 640 }
export const WIDE = { width: 1280, height: 800 }

/** A browser that shows answers as they arrived, with the styles and scripts of the service. */
export interface Viewer {
  readonly page: Page
  show(shown: ShownPage): Promise<void>
  /** Keeps the whole of what is shown as `screenshots/pages/LANGUAGE/NAME.png`. */
  keep(suffix?: string): Promise<void>
}

const SCREENSHOTS = fileURLToPath(new URL('../screenshots/pages/', import.meta.url))

/** Its service is gone when the test ends. */
export async function openViewer(options: BrowserContextOptions = {}): Promise<Viewer> {
  // Its files, which pages without a brand do not ask for.
  const { url } = await startService({ environment: boldBrand })
  const page = await openBrowser({ viewport: NARROW, ...options })
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', ({ message }) => complaints.push(message))
  let current: ShownPage | undefined
  await page.route(`${url}/answer`, (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'content-security-policy': current?.policy ?? '' },
      body: current?.html ?? '',
    }),
  )
  const browser = await page.context().newCDPSession(page)
  return {
    page,
    async show(shown) {
      current = shown
      await page.goto(`${url}/answer`)
      expect(complaints, `${shown.name} in ${shown.language}`).toEqual([])
    },
    async keep(suffix = '') {
      if (!current) return
      const [width, height] = await page.evaluate(() => {
        const { scrollWidth, scrollHeight } = document.documentElement
        return [scrollWidth, scrollHeight] as const
      })
      // There are hundreds of them: this is several times as quick as the library's own.
      const { data } = await browser.send('Page.captureScreenshot', {
        optimizeForSpeed: true,
        captureBeyondViewport: true,
        clip: { x: 0, y: 0, width, height, scale: 1 },
      })
      const folder = join(SCREENSHOTS, current.language)
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, `${current.name}${suffix}.png`), data, 'base64')
    },
  }
}
