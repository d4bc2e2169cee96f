import { fileURLToPath } from 'node:url'
import { beforeAll, it } from 'vitest'
import { changeInWebmail, isRefusedInWebmail } from './kit/journey.js'
import { type MailHost, startMailHost } from './kit/mail-host.js'
import { startNginx } from './kit/nginx.js'
import { startRekey } from './kit/rekey.js'
import { type Roundcube, startRoundcube } from './kit/roundcube.js'
import { settingsFrom } from './kit/settings.js'
import { startVisitorsFromElsewhere } from './kit/visitors.js'

const DRIVER = fileURLToPath(new URL('drivers/hestia.php', import.meta.url))

let host: MailHost
let webmail: Roundcube

beforeAll(async () => {
  host = await startMailHost()
  const rekey = await startRekey(host.panel, {
    REKEY_TRUST_PROXY: '1',
    REKEY_WEBMAIL_ADDRESSES: '203.0.113.1',
  })
  const nginx = await startNginx(await startVisitorsFromElsewhere(rekey.url))
  const settings = settingsFrom("Hestia's driver", {
    'rekey.example.org': '127.0.0.1',
    '443': new URL(nginx.url).port,
  })
  webmail = await startRoundcube({
    imapPort: host.dovecot.imapPort,
    drivers: [DRIVER],
    passwordConfig: `${settings} $config['password_hestia_ca'] = '${nginx.caFile}';`,
  })
})

it('Roundcube with a driver that speaks the panel’s protocol changes the password: the new one logs in, the old one no longer', async () => {
  await changeInWebmail(host, webmail, {
    address: 'info@example.org',
    current: 'info mail pw',
    next: 'changed by Hestia’s protocol',
    name: 'hestia',
  })
})

it('Roundcube with a driver that speaks the panel’s protocol does not take a refusal for a success', async () => {
  await isRefusedInWebmail(host, webmail, 'hestia')
})
