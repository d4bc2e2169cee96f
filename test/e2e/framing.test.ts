import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { type PanelSimulator, startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { openBrowser, screenshot } from './kit/browser.js'
import { type Rekey, startRekey } from './kit/rekey.js'

const NEW_PASSWORD = 'quite new, from a frame'

let panel: PanelSimulator
let rekey: Rekey
let named: string
let stranger: string

/** A page of another site that shows the URL in its query in a frame. */
async function startFramingSite(): Promise<string> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://site')
    response.setHeader('content-type', 'text/html')
    response.end(
      `<!doctype html><title>Webmail</title><iframe width="600" height="900" src="${searchParams.get('src')}" ${searchParams.get('sandbox') ?? ''}></iframe>`,
    )
  })
  atEnd(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  // Rekey is at 127.0.0.1, so for a browser this is another site.
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

beforeAll(async () => {
  panel = await startPanelSimulator()
  atEnd(() => panel.close())
  ;[named, stranger] = await Promise.all([startFramingSite(), startFramingSite()])
  rekey = await startRekey(panel, { REKEY_FRAME_ANCESTORS: named })
})

async function openFrame(site: string, path: string, sandbox = ''): Promise<Page> {
  const page = await openBrowser()
  await page.goto(`${site}/?${new URLSearchParams({ src: rekey.url + path, sandbox })}`)
  return page
}

async function changeInFrame(page: Page, currentPassword: string): Promise<void> {
  const frame = page.frameLocator('iframe')
  await frame.getByLabel('Current password').fill(currentPassword)
  await frame.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD)
  await frame.getByRole('button', { name: 'Change password' }).click()
}

it('in a frame of a site that is not named nothing is shown', async () => {
  const page = await openFrame(stranger, '/')
  await expect.poll(() => page.frames()[1]?.url()).toBe('chrome-error://chromewebdata/')
  expect(await page.frameLocator('iframe').getByRole('button').count()).toBe(0)
  await screenshot(page, 'frame-stranger')
})

it.each(['/api/v1/password-policy', '/healthz'])(
  'in a frame of the named site only the page is shown: not %s',
  async (path) => {
    const page = await openFrame(named, path)
    await expect.poll(() => page.frames()[1]?.url()).toBe('chrome-error://chromewebdata/')
  },
)

it('in a frame that is a sandbox without an origin a change is refused', async () => {
  const page = await openFrame(named, '/?email=info@example.org', 'sandbox="allow-forms"')
  await changeInFrame(page, 'info mail pw')
  await page.frameLocator('iframe').getByText('This request came from another site').first().waitFor()
  expect(await panel.accepts('info@example.org', 'info mail pw')).toBe(true)
})

it.each([
  ['info', ''],
  ['sales', 'sandbox="allow-forms allow-same-origin allow-scripts"'],
])('in a frame of the named site %s changes the password: %s', async (name, sandbox) => {
  const address = `${name}@example.org`
  const page = await openFrame(named, `/?email=${address}`, sandbox)
  await changeInFrame(page, `${name} mail pw`)
  await page.frameLocator('iframe').getByRole('heading', { name: 'The password was changed' }).waitFor()
  await screenshot(page, `frame-named-${name}`)
  expect(await panel.accepts(address, NEW_PASSWORD)).toBe(true)
})
