// Part of this runs in the browser. `npm run build` still checks that the service only uses what Node has.
/// <reference lib="dom" />

import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { boldBrand } from '../../kit/brand.js'
import { startService } from '../../kit/service.js'
import type { ShownPage } from '../../kit/shown-pages.js'
import { openBrowser } from './browser.js'

/** The narrowest supported screen (WCAG 2.2, 1.4.10), and a wide one, in px. */
export const NARROW = { width: 320, height: 640 }
export const WIDE = { width: 1280, height: 800 }

/** A browser that shows answers as they arrived, with the service's styles and scripts. */
export interface Viewer {
  readonly page: Page
  /** Loads an answer, or writes it over the same page in another language, which is several times as fast. */
  show(shown: ShownPage): Promise<void>
  /** Saves the whole page as `screenshots/pages/LANGUAGE/NAME.png`. */
  keep(suffix?: string): Promise<void>
}

const SCREENSHOTS = fileURLToPath(new URL('../screenshots/pages/', import.meta.url))

/** Starts a viewer. Its service ends when the test ends. */
export async function openViewer(options: BrowserContextOptions = {}): Promise<Viewer> {
  let current: ShownPage | undefined
  const url = await startAnswering(() => current)
  const page = await openBrowser({ viewport: NARROW, ...options })
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', ({ message }) => complaints.push(message))
  const browser = await page.context().newCDPSession(page)
  return {
    page,
    async show(shown) {
      const former = current
      current = shown
      // A document keeps the policy that it was loaded with.
      if (former?.name === shown.name && former.policy === shown.policy) {
        await page.evaluate(takeThePlace, withScriptOfItsOwn(shown))
      } else {
        await page.goto(url)
      }
      const where = `${shown.name} in ${shown.language}`
      await page.locator('html.scripted').waitFor()
      expect(complaints, where).toEqual([])
    },
    async keep(suffix = '') {
      if (!current) return
      const [width, height] = await page.evaluate(() => {
        const { scrollWidth, scrollHeight } = document.documentElement
        return [scrollWidth, scrollHeight] as const
      })
      // There are hundreds of screenshots, and this is several times as fast as the library's own function.
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

/** Serves the current answer as it arrived, next to the files of a service that ends when the test ends. */
async function startAnswering(answer: () => ShownPage | undefined): Promise<string> {
  // For its files, which pages without a brand don't use.
  const { app } = await startService({ environment: boldBrand })
  const server = createServer((request, response) => {
    if (request.url !== '/answer') return app.handler(request, response)
    const { html, policy = '' } = answer() ?? {}
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.setHeader('content-security-policy', policy)
    response.end(html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer`
}

/** A module runs only once for each URL. */
function withScriptOfItsOwn({ html, language }: ShownPage): string {
  return html.replace('/page.js"', `/page.js?${language}"`)
}

/** Runs in the browser. Resolves when styles and scripts are loaded. */
function takeThePlace(html: string): Promise<void> {
  return new Promise((resolve) => {
    document.open()
    document.write(html)
    document.close()
    window.addEventListener('load', () => {
      // A window does this only once.
      document.querySelector<HTMLElement>('[autofocus]')?.focus()
      resolve()
    })
  })
}
