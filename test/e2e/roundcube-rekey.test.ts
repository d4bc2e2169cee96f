import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import { createStrangeAuthority } from './kit/authority.js'
import { screenshot } from './kit/browser.js'
import { changeInWebmail, openSettingsOf } from './kit/journey.js'
import { type MailHost, startMailHost } from './kit/mail-host.js'
import { type Nginx, startNginx } from './kit/nginx.js'
import { type Rekey, startRekey } from './kit/rekey.js'
import { type Roundcube, startRoundcube } from './kit/roundcube.js'
import { settingsFrom } from './kit/settings.js'
import { changePasswordInWebmail } from './kit/webmail.js'

const DRIVER = fileURLToPath(new URL('../../integrations/roundcube/rekey.php', import.meta.url))
const TOKEN = '0123456789abcdef0123456789abcdef'
const NEW_PASSWORD = 'a wholly new secret'
const settingsOfRekey = { REKEY_TRUST_PROXY: '1', REKEY_CLIENTS: `roundcube=${TOKEN}` }

let host: MailHost
let rekey: Rekey
let nginx: Nginx
let webmail: Roundcube

beforeAll(async () => {
  host = await startMailHost()
  rekey = await startRekey(host.panel, settingsOfRekey)
  nginx = await startNginx(rekey.url)
  webmail = await startWebmail(nginx)
})

/** Webmail with a proxy that it trusts. */
function startWebmail(
  { url, caFile }: Pick<Nginx, 'url' | 'caFile'>,
  furtherSettings = '',
): Promise<Roundcube> {
  const settings = settingsFrom("Rekey's driver", {
    'https://rekey.example.org': url,
    'THE-TOKEN': TOKEN,
    '/etc/ssl/rekey-ca.pem': caFile,
  })
  const passwordConfig = settings + furtherSettings
  return startRoundcube({ imapPort: host.dovecot.imapPort, drivers: [DRIVER], passwordConfig })
}

/** A person with the mailbox's first password. */
function openSettings(address: string, host = webmail): Promise<Page> {
  return openSettingsOf(host, address, `${address.split('@')[0]} mail pw`)
}

function outcomes(): unknown[] {
  return rekey.attempts().map(({ code }) => code)
}

/** Wrong guesses through webmail, from this person’s address. */
async function guessInVain(email: string, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    const { status } = await fetch(`${rekey.url}/api/v1/password-changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({
        email,
        currentPassword: 'a guess',
        newPassword: NEW_PASSWORD,
        clientAddress: '127.0.0.1',
      }),
    })
    expect(status).toBe(403)
  }
}

it('Roundcube with Rekey’s driver changes the password: the new one logs in, the old one no longer', async () => {
  await changeInWebmail(host, webmail, {
    address: 'info@example.org',
    current: 'info mail pw',
    next: 'changed by the driver',
    name: 'rekey',
  })
  expect(rekey.attempts()).toEqual([
    expect.objectContaining({ code: 'changed', client: 'roundcube', clientAddress: '127.0.0.1' }),
  ])
  expect(webmail.log()).not.toMatch(/PHP (?:Warning|Notice|Deprecated)/)
})

it('Roundcube with Rekey’s driver tells a person that the current password is wrong', async () => {
  const page = await openSettings('sales@example.org')
  const message = await changePasswordInWebmail(page, 'not the password', NEW_PASSWORD)
  await screenshot(page, 'rekey-wrong-password')
  expect(message).toBe('Could not save new password. Current password incorrect.')
  expect(outcomes().at(-1)).toBe('invalid-credentials')
})

it('Roundcube with Rekey’s driver tells a person which rules the new password breaks', async () => {
  const page = await openSettings('sales@example.org')
  await page.getByText('Use at least 12 characters.').waitFor()
  await screenshot(page, 'rekey-form-with-rules')
  const message = await changePasswordInWebmail(page, 'sales mail pw', 'my sales')
  await screenshot(page, 'rekey-rule-broken')
  expect(message).toBe(
    'Password constraint violation. Password probably too weak. ' +
      'Use at least 12 characters. Leave out “sales”: it’s part of the address. ' +
      'Choose a password that is hard to guess. Your address and this service’s name are easy to guess. ' +
      'Add an unusual word or two.',
  )
  expect(outcomes().at(-1)).toBe('password-rejected')
})

it('Roundcube with Rekey’s driver says so before the change is asked for, where Roundcube wants to know', async () => {
  const strict = await startWebmail(nginx, "$config['password_minimum_score'] = 5;")
  const page = await openSettings('bob@bob.example.com', strict)
  const before = outcomes()
  const refused = await changePasswordInWebmail(page, 'bob mail pw', 'a <b>')
  await screenshot(page, 'rekey-too-weak')
  expect(refused).toBe(
    'Password too weak. Use at least 12 characters. Choose a password that is hard to guess. ' +
      'Add an unusual word or two.',
  )
  expect(outcomes()).toEqual(before)
  const taken = await changePasswordInWebmail(page, 'bob mail pw', 'long & <strong>, "quoted" \\ ü')
  expect(taken).toBe('Successfully saved.')
  expect(outcomes()).toEqual([...before, 'changed'])
  expect(await host.panel.accepts('bob@bob.example.com', 'long & <strong>, "quoted" \\ ü')).toBe(true)
})

it('Roundcube with Rekey’s driver tells a person after too many tries how long to wait', async () => {
  const page = await openSettings('legacy@example.org')
  await guessInVain('legacy@example.org', 5)
  const message = await changePasswordInWebmail(page, 'legacy mail pw', NEW_PASSWORD)
  await screenshot(page, 'rekey-too-many-tries')
  expect(message).toBe(
    'Could not save new password. Too many attempts. Try again in 15 minutes. Nothing was changed.',
  )
  expect(outcomes().at(-1)).toBe('too-many-attempts')
})

it('Roundcube with Rekey’s driver refuses a server whose certificate it does not trust, and sends it nothing', async () => {
  const before = outcomes()
  const distrustful = await startWebmail({ url: nginx.url, caFile: await createStrangeAuthority() })
  const page = await openSettings('sales@example.org', distrustful)
  const message = await changePasswordInWebmail(page, 'sales mail pw', NEW_PASSWORD)
  await screenshot(page, 'rekey-certificate-not-trusted')
  expect(message).toBe('Could not save new password. Connection error.')
  expect(distrustful.log()).toContain('cURL error 60')
  expect(outcomes()).toEqual(before)
  expect(await host.dovecot.accepts('sales@example.org', 'sales mail pw')).toBe(true)
})

it('Roundcube with Rekey’s driver tells a person that it is not known, where the service goes in the middle of a change', async () => {
  const doomed = await startRekey(host.panel, settingsOfRekey)
  const proxy = await startNginx(doomed.url)
  const page = await openSettings('john-doe@example.org', await startWebmail(proxy))
  const hold = host.panel.hold(CHANGE)
  const answer = changePasswordInWebmail(page, 'john-doe mail pw', NEW_PASSWORD)
  await hold.arrived
  await doomed.kill()
  hold.release()
  expect(await answer).toBe(
    'It is not known whether the password was changed. Try the new password first, then the old one.',
  )
  await screenshot(page, 'rekey-not-known')
})

it('Roundcube with Rekey’s driver tells a person that the panel is away', async () => {
  const page = await openSettings('sales@example.org')
  await host.panel.close()
  const message = await changePasswordInWebmail(page, 'sales mail pw', NEW_PASSWORD)
  await screenshot(page, 'rekey-panel-away')
  expect(message).toBe(
    'Could not save new password. Connection error. The server can’t be reached right now. ' +
      'Try again in 30 seconds. Nothing was changed.',
  )
  expect(outcomes().at(-1)).toBe('panel-unavailable')
})
