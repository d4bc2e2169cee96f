import type { BrowserContextOptions, Page } from 'playwright-core'
import { openBrowser } from './browser.js'

/** What a person types for a proof by mailbox. */
interface Typed {
  readonly email?: string
  readonly current?: string
  readonly next?: string
}

/** Opens the form in a new browser page, and waits for its script. */
export async function openForm(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await openBrowser(options)
  await page.goto(url)
  await page.locator('html.scripted').waitFor()
  return page
}

/** Types into the fields. Fields without a value stay unchanged. Without scripts, there are two for the new password. */
export async function fillIn(page: Page, { email, current, next }: Typed): Promise<void> {
  const values = { email, current_password: current, new_password: next }
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) await fieldOf(page, name).fill(value)
  }
  const again = fieldOf(page, 'confirm_password')
  if (next !== undefined && (await again.count()) > 0) await again.fill(next)
}

export function fieldOf(page: Page, name: string) {
  return page.locator(`input[name="${name}"]`)
}

export async function send(page: Page): Promise<void> {
  await page.locator('button[type="submit"]').click()
}

/** Waits until the rules have folded, because all are kept. That changes the page's height. */
export async function rulesFolded(page: Page): Promise<void> {
  await page.locator('.rules.kept').waitFor()
}

/** Waits for the page of an answer, by its code. */
export async function answered(page: Page, code: string): Promise<void> {
  await page.locator(`main[data-answer="${code}"]`).waitFor()
}
