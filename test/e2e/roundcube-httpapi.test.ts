import { beforeAll, expect, it } from 'vitest'
import { changeInWebmail, isRefusedInWebmail, openSettingsOf } from './kit/journey.js'
import { type MailHost, startMailHost } from './kit/mail-host.js'
import { startNginx } from './kit/nginx.js'
import { startRekey } from './kit/rekey.js'
import { type Roundcube, startRoundcube } from './kit/roundcube.js'
import { settingsFrom } from './kit/settings.js'
import { startVisitorsFromElsewhere } from './kit/visitors.js'
import { changePasswordInWebmail } from './kit/webmail.js'

let host: MailHost
let webmail: Roundcube

beforeAll(async () => {
  host = await startMailHost()
  const rekey = await startRekey(host.panel, {
    REKEY_TRUST_PROXY: '1',
    REKEY_WEBMAIL_ADDRESSES: '203.0.113.1',
  })
  const nginx = await startNginx(await startVisitorsFromElsewhere(rekey.url))
  webmail = await startRoundcube({
    imapPort: host.dovecot.imapPort,
    passwordConfig: settingsFrom("Roundcube's httpapi driver", {
      'https://rekey.example.org': nginx.url,
      "'timeout' => 180": `'timeout' => 180, 'verify' => '${nginx.caFile}'`,
    }),
  })
})

it('Roundcube with its own httpapi driver changes the password: the new one logs in, the old one no longer', async () => {
  await changeInWebmail(host, webmail, {
    address: 'info@example.org',
    current: 'info mail pw',
    next: 'changed by httpapi',
    name: 'httpapi',
  })
})

it('Roundcube with its own httpapi driver tells a person that a password was refused, and leaves the old one', async () => {
  await isRefusedInWebmail(host, webmail, 'httpapi')
  expect(webmail.log()).toContain('error password-rejected: ')
})
it('Roundcube with its own httpapi driver tells a person of an outage as such', async () => {
  const page = await openSettingsOf(webmail, 'sales@example.org', 'sales mail pw')
  await host.panel.close()
  const message = await changePasswordInWebmail(page, 'sales mail pw', 'a wholly new secret')
  expect(message).toBe('Could not save new password. Connection error.')
  expect(webmail.log()).toContain('error panel-unavailable: ')
})
