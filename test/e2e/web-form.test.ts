import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, screenshot } from './kit/browser.js'
import { type MailHost, startMailHost } from './kit/mail-host.js'
import { startNginx } from './kit/nginx.js'
import { type Rekey, startRekey } from './kit/rekey.js'

let host: MailHost
let rekey: Rekey
let url: string

beforeAll(async () => {
  host = await startMailHost()
  rekey = await startRekey(host.panel, { REKEY_TRUST_PROXY: '1' })
  url = (await startNginx(rekey.url)).url
})

async function fillIn(page: Page, address: string, currentPassword: string, newPassword: string) {
  await page.goto(`${url}/?email=${encodeURIComponent(address)}`)
  await page.getByLabel('Current password').fill(currentPassword)
  await page.getByLabel('New password', { exact: true }).fill(newPassword)
  const again = page.getByLabel('New password again')
  if ((await again.count()) > 0) await again.fill(newPassword)
}

async function send(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Change password' }).click()
}

describe.each([
  { scripts: 'on', javaScriptEnabled: true, address: 'info@example.org', current: 'info mail pw' },
  { scripts: 'off', javaScriptEnabled: false, address: 'sales@example.org', current: 'sales mail pw' },
])('in a browser with scripts $scripts', ({ scripts, javaScriptEnabled, address, current }) => {
  it(`in a browser with scripts ${scripts} a person changes the password on the page, and the mail server takes the new one`, async () => {
    const page = await openBrowser({ javaScriptEnabled, ignoreHTTPSErrors: true })
    const newPassword = `quite new, scripts ${scripts}`
    expect(await host.dovecot.accepts(address, current)).toBe(true)

    await fillIn(page, address, current, newPassword)
    await screenshot(page, `page-form-scripts-${scripts}`)
    await send(page)

    await page.getByRole('heading', { name: 'The password was changed' }).waitFor()
    await screenshot(page, `page-changed-scripts-${scripts}`)
    await expect.poll(() => host.dovecot.accepts(address, newPassword)).toBe(true)
    expect(await host.dovecot.accepts(address, current)).toBe(false)
  })

  it(`in a browser with scripts ${scripts} a person is told what is wrong, and the form still names the mailbox`, async () => {
    const page = await openBrowser({ javaScriptEnabled, ignoreHTTPSErrors: true })
    await fillIn(page, 'bob@bob.example.com', 'not the password', 'short')
    await send(page)

    const alert = page.getByRole('alert')
    await alert.getByRole('link', { name: 'New password' }).waitFor()
    await page.getByText('Use at least 12 characters.').waitFor()
    await screenshot(page, `page-rule-broken-scripts-${scripts}`)
    await page.getByRole('heading', { name: 'Change the password of bob@bob.example.com' }).waitFor()

    await fillIn(page, 'bob@bob.example.com', 'not the password', 'quite new, and refused')
    await send(page)
    await alert.getByRole('heading', { name: 'The sign-in details weren’t accepted' }).waitFor()
    await screenshot(page, `page-refused-scripts-${scripts}`)
    expect(await host.dovecot.accepts('bob@bob.example.com', 'bob mail pw')).toBe(true)
  })
})
