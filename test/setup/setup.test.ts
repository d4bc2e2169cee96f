import { describe, expect, it } from 'vitest'
import { neededCommands } from '../../src/panel/needed-commands.js'
import { type SetupTask, setUp } from '../../src/setup/setup.js'
import {
  createSetupHost,
  HOST_ADDRESS,
  PANEL_SECRET,
  ROUNDCUBE_SETTINGS,
  type SetupHost,
  SNAPPYMAIL_SETTINGS,
  setupParts,
  trusted,
} from '../kit/setup-host.js'

type Wishes = Partial<Extract<SetupTask, { does: 'set-up' }>>

/** Runs the setup. Returns the output, and whether everything is as wanted. */
async function setUpOn(panel: SetupHost, wishes: Wishes = {}, answers: readonly string[] = []) {
  const { parts, ...heard } = setupParts(panel, answers)
  const isSetUp = await setUp({ does: 'set-up', isDry: false, ...wishes }, parts)
  return { isSetUp, ...heard }
}

async function run(panel: SetupHost, does: 'refresh' | 'undo') {
  const { parts, ...heard } = setupParts(panel)
  return { isRight: await setUp({ does }, parts), ...heard }
}

/** The state after the setup of a new panel with these wishes. */
async function stateWith(wishes: Wishes = {}): Promise<Record<string, string>> {
  const panel = createSetupHost()
  expect((await setUpOn(panel, wishes)).isSetUp).toBe(true)
  return panel.state()
}

const everyWay: readonly Wishes[] = [
  {},
  { proof: 'imap', host: 'www.example.com', roundcube: 'hestia', profile: 'rekey' },
]

describe('the setup', () => {
  it('lets the panel know Rekey: a profile with its commands alone, the address that calls come from, the API, and a key', async () => {
    const state = await stateWith()
    expect(state['/usr/local/hestia/data/api/mail-password']).toMatch(
      /ROLE='admin'\nCOMMANDS='v-search-domain-owner,v-get-mail-account-value,/,
    )
    expect(state['/usr/local/hestia/conf/hestia.conf']).toContain(`API_ALLOWED_IP='${HOST_ADDRESS}'`)
    expect(state['/usr/local/hestia/conf/hestia.conf']).toContain("API_SYSTEM='1'")
    expect(state['/etc/rekey/secret-key']).toBe(`600 0 ${PANEL_SECRET}\n`)
  })

  it('makes the key of recovery addresses if all is there that they need, and not otherwise', async () => {
    const state = await stateWith()
    expect(state['/etc/rekey/recovery-key']).toMatch(/^600 0 f{64}\n$/)
    expect(state['/etc/systemd/system/rekey.service.d/secrets.conf']).toContain('REKEY_RECOVERY_KEY')
    const panel = createSetupHost()
    await setUpOn(panel, {}, ['none'])
    expect(panel.state()['/etc/rekey/recovery-key']).toBeUndefined()
  })

  it('gives the key no command that the settings don’t need', async () => {
    const panel = createSetupHost()
    await setUpOn(panel)
    const profile = () => panel.state()['/usr/local/hestia/data/api/mail-password']?.split("'")[3]?.split(',')
    expect(profile()).toEqual(neededCommands(['mailbox', 'account']))
    const settings = panel.state()['/etc/rekey/rekey.env']?.split(' ').slice(2).join(' ') ?? ''
    panel.put('/etc/rekey/rekey.env', `${settings}REKEY_PROOFS=mailbox\n`)
    await setUpOn(panel)
    expect(profile()).toEqual(neededCommands(['mailbox', 'recovery']))
    panel.put('/etc/rekey/rekey.env', `${settings}REKEY_PROOFS=mailbox\nREKEY_NOTIFY_OWNER=true\n`)
    await setUpOn(panel)
    expect(profile()).toEqual(neededCommands(['mailbox', 'owner-notices']))
  })

  it('writes settings that the service can start with, and starts it', async () => {
    const state = await stateWith()
    expect(state['/etc/rekey/rekey.env']?.split('\n').filter((line) => !line.includes('#'))).toEqual([
      'HESTIA_URL=https://server.example.com:8083',
      `HESTIA_ACCESS_KEY=${'K'.repeat(20)}`,
      'REKEY_HOST=unix:/run/rekey/rekey.sock',
      'REKEY_BASE_PATH=/password',
      'REKEY_TRUST_PROXY=1',
      'REKEY_SMTP_URL=smtp://127.0.0.1:25',
      'REKEY_MAIL_FROM=admin@example.org',
      `REKEY_WEBMAIL_ADDRESSES=${HOST_ADDRESS}`,
      'REKEY_PUBLIC_URL=https://webmail.example.org/password/',
      'REKEY_RECOVERY_STORE=folder',
      '',
    ])
    expect(state.active).toBe('rekey-refresh.timer rekey.service rekey.socket')
    expect(state.enabled).toBe(state.active)
  })

  it('has every mail domain include the page, and one TLS host alone the form of the panel’s plugins', async () => {
    const state = await stateWith()
    const included = Object.keys(state).filter((path) => /nginx(?:\.ssl)?\.conf_rekey$/.test(path))
    expect(included).toHaveLength(4)
    for (const path of included) expect(state[path]).toContain('include /etc/nginx/conf.d/rekey.in[c];\n')
    expect(included.filter((path) => state[path]?.includes('rekey-forms'))).toEqual([
      '/home/chief/conf/mail/example.org/nginx.ssl.conf_rekey',
    ])
    expect(state['/etc/nginx/conf.d/rekey-forms.inc']).toContain(
      `location = /reset/mail/ {\n  allow ${HOST_ADDRESS};\n  deny all;`,
    )
  })

  it('gives Roundcube our driver, and a token that only its group can read', async () => {
    const state = await stateWith()
    const settings = state['/etc/roundcube/plugins/password/rekey.inc.php']
    const token = state['/etc/rekey/clients']?.split('=')[1]?.trim()
    expect(settings).toMatch(/^640 1001 /)
    expect(settings).toContain(`$config['password_rekey_token'] = '${token}';`)
    expect(settings).toContain("$config['password_rekey_url'] = 'https://webmail.example.org/password';")
    expect(state[ROUNDCUBE_SETTINGS]).not.toContain(token)
    expect(state['/etc/systemd/system/rekey.service.d/secrets.conf']).toContain('REKEY_CLIENTS')
  })

  it('puts its lines before the end of Roundcube’s PHP, since what follows that would be sent to the browser', async () => {
    const panel = createSetupHost()
    panel.put(ROUNDCUBE_SETTINGS, '<?php\n$config = [];\n?>\n')
    await setUpOn(panel)
    expect(panel.state()[ROUNDCUBE_SETTINGS]).toMatch(/rekey\.inc\.php'; \}\n\?>\n$/)
  })

  it('leaves Roundcube its own driver with --roundcube=hestia, and no token is made', async () => {
    const state = await stateWith({ roundcube: 'hestia' })
    const settings = state['/etc/roundcube/plugins/password/rekey.inc.php']
    expect(settings).toContain("$config['password_driver'] = 'hestia';")
    expect(settings).toContain("$config['password_hestia_host'] = 'webmail.example.org';")
    expect(state['/etc/rekey/clients']).toBeUndefined()
  })

  it('has SnappyMail’s plugin post to the page’s host and leave the strength to Rekey', async () => {
    const [, , ...json] = (await stateWith())[SNAPPYMAIL_SETTINGS]?.split(' ') ?? []
    expect(JSON.parse(json.join(' '))).toEqual({
      plugin: {
        pass_min_length: 8,
        pass_min_strength: 0,
        hestia_host: 'webmail.example.org',
        hestia_port: 443,
      },
    })
  })

  it('has Dovecot believe addresses with --proof=imap, besides those that it believes already, and delays refusals', async () => {
    const state = await stateWith({ proof: 'imap' })
    expect(state['/etc/dovecot/conf.d/99-rekey.conf']).toContain(
      'login_trusted_networks = 10.0.0.1 127.0.0.1\n',
    )
    expect(state['/etc/rekey/rekey.env']).toContain(
      'REKEY_MAILBOX_CHECK=imap\nREKEY_IMAP_URL=imap://127.0.0.1:143\nREKEY_REFUSAL_DELAY_MS=4000\n',
    )
  })

  it('has Fail2Ban ban by the panel’s own firewall', async () => {
    expect((await stateWith())['/etc/fail2ban/jail.d/rekey.conf']).toContain(
      '[rekey]\naction   = hestia[name=WEB]\n',
    )
  })

  it('serves the page at a web domain with --host, and lets webmail use that', async () => {
    const panel = createSetupHost()
    const { text } = await setUpOn(panel, { host: 'www.example.com' })
    expect(panel.state()['/home/bob/conf/web/www.example.com/nginx.ssl.conf_rekey']).toContain('rekey.in[c]')
    expect(text()).toContain('https://www.example.com/password/\n')
  })

  it('says where the page is, where the log is, and how to undo it', async () => {
    const { text } = await setUpOn(createSetupHost())
    for (const words of [
      'https://webmail.example.org/password/',
      'journalctl -u rekey',
      'rekey setup --undo',
    ])
      expect(text()).toContain(words)
  })

  it('says of each change how to undo it by hand', async () => {
    const { said } = await setUpOn(createSetupHost())
    const changes = said.filter(
      (line) => line.startsWith('     ') && !/Hestia|its |programs|webmail hosts/.test(line),
    )
    expect(changes.length).toBeGreaterThan(20)
    expect(changes.filter((line) => !line.includes('(undo: '))).toEqual([])
  })

  it('asks for the sender of notifications and whether to go on, and no more', async () => {
    const { said } = await setUpOn(createSetupHost())
    expect(said.filter((line) => line.includes('?'))).toEqual([
      expect.stringContaining('Which mailbox on this host is the sender?'),
      'Continue?',
    ])
    const panel = createSetupHost()
    await setUpOn(panel, {}, ['none'])
    expect(panel.state()['/etc/rekey/rekey.env']).not.toContain('SMTP')
  })

  it('changes nothing if the answer is no', async () => {
    const panel = createSetupHost()
    const before = panel.state()
    expect((await setUpOn(panel, {}, ['', 'no'])).isSetUp).toBe(false)
    expect(panel.state()).toEqual(before)
  })

  it('shows no secret, neither at the terminal nor in a command line, where other users could read it', async () => {
    const panel = createSetupHost()
    const { text } = await setUpOn(panel)
    const shown = text() + panel.commands.join('\n')
    for (const secret of [PANEL_SECRET, 'f'.repeat(64)]) expect(shown).not.toContain(secret)
  })

  it('tells with --dry-run just what it would do, and does nothing', async () => {
    const panel = createSetupHost()
    const before = panel.state()
    const dry = await setUpOn(panel, { isDry: true })
    expect(panel.state()).toEqual(before)
    expect(panel.commands).toEqual([])
    const { said } = await setUpOn(panel)
    const changesOf = (lines: readonly string[]) => new Set(lines.filter((line) => line.startsWith('     ')))
    expect(changesOf(dry.said)).toEqual(changesOf(said))
  })
})

describe('a setup that runs again', () => {
  it.each(everyWay)('changes nothing, and asks for nothing that it knows: %o', async (wishes) => {
    const panel = createSetupHost()
    await setUpOn(panel, wishes)
    const state = panel.state()
    panel.commands.length = 0
    const { isSetUp, said } = await setUpOn(panel)
    expect([isSetUp, panel.state(), panel.commands]).toEqual([true, state, []])
    expect(said.filter((line) => line.includes('?'))).toEqual(['Continue?'])
  })

  it('goes from one way to another, as if it had been the first', async () => {
    const [one, other] = everyWay
    for (const [first, second] of [
      [one, { ...other, profile: undefined }],
      [
        { ...other, profile: undefined, host: undefined },
        { proof: 'hash', roundcube: 'rekey' },
      ],
    ] as const) {
      const panel = createSetupHost()
      await setUpOn(panel, first)
      expect((await setUpOn(panel, second)).isSetUp).toBe(true)
      expect(settledState(panel.state())).toEqual(settledState(await stateWith(second)))
    }
  })

  it('keeps the copy of each file as it was before the first time', async () => {
    const panel = createSetupHost()
    await setUpOn(panel)
    const copies = (state: Record<string, string>) =>
      Object.entries(state).filter(([path]) => path.startsWith('/etc/rekey/setup/copies/'))
    const first = copies(panel.state())
    await setUpOn(panel, { host: 'www.example.com' })
    expect(copies(panel.state())).toEqual(first)
    expect(first).toHaveLength(2)
  })

  it('leaves other programs’ tokens beside Roundcube’s', async () => {
    const panel = createSetupHost()
    await setUpOn(panel)
    panel.put('/etc/rekey/clients', 'portal=THE-TOKEN\n')
    await setUpOn(panel)
    expect(panel.state()['/etc/rekey/clients']).toMatch(/^600 0 portal=THE-TOKEN\nroundcube=f{64}\n$/)
  })

  it('leaves what the administrator changed in the settings', async () => {
    const panel = createSetupHost()
    await setUpOn(panel)
    const settings = panel.state()['/etc/rekey/rekey.env']?.split(' ').slice(2).join(' ') ?? ''
    const edited = `${settings.replace('REKEY_TRUST_PROXY=1', 'REKEY_TRUST_PROXY=2')}REKEY_BRAND_NAME='Our Mail'\n`
    panel.put('/etc/rekey/rekey.env', edited)
    await setUpOn(panel, { roundcube: 'hestia' })
    expect(panel.state()['/etc/rekey/rekey.env']).toContain(edited)
  })

  it('replaces a key that the administrator deleted', async () => {
    const panel = createSetupHost()
    const former = `/usr/local/hestia/data/access-keys/${'F'.repeat(20)}`
    panel.put(former, `SECRET_ACCESS_KEY='${'f'.repeat(40)}'\nPERMISSIONS='mail-password'\nCOMMENT='rekey'\n`)
    await setUpOn(panel)
    expect(panel.state()['/etc/rekey/rekey.env']).toContain(`HESTIA_ACCESS_KEY=${'F'.repeat(20)}\n`)
    await panel.host.remove(former)
    expect((await setUpOn(panel)).isSetUp).toBe(true)
    expect(panel.state()['/etc/rekey/rekey.env']).toContain(`HESTIA_ACCESS_KEY=${'K'.repeat(20)}\n`)
    expect(panel.state()['/etc/rekey/secret-key']).toBe(`600 0 ${PANEL_SECRET}\n`)
  })

  it('uses a key that Rekey has already, and its undo leaves it', async () => {
    const panel = createSetupHost()
    await setUpOn(panel)
    const key = `/usr/local/hestia/data/access-keys/${'K'.repeat(20)}`
    const profile = '/usr/local/hestia/data/api/mail-password'
    const fresh = createSetupHost()
    for (const path of [key, profile])
      fresh.put(path, panel.state()[path]?.split(' ').slice(2).join(' ') ?? '')
    const before = fresh.state()
    await setUpOn(fresh)
    expect(fresh.commands.join()).not.toContain('v-add-access-key')
    await run(fresh, 'undo')
    expect(fresh.state()).toEqual(before)
  })
})

/** Removes the traces of how the state was reached. */
function settledState(state: Record<string, string>): Record<string, string> {
  const entries = Object.entries(state).filter(([path]) => !/setup\/copies|^folders$/.test(path))
  return Object.fromEntries(
    entries.map(([path, text]) => [
      path,
      path.endsWith('.env') ? text.split('\n').toSorted().join('\n') : text,
    ]),
  )
}

describe('a setup that is undone', () => {
  it.each(everyWay)('leaves the host as it was: %o', async (wishes) => {
    const panel = createSetupHost()
    const before = panel.state()
    await setUpOn(panel, wishes)
    expect((await run(panel, 'undo')).isRight).toBe(true)
    expect(panel.state()).toEqual(before)
    expect((await run(panel, 'undo')).text()).toBe('There is nothing to undo.')
  })

  it('takes only its own part out of a file that somebody has changed since', async () => {
    const panel = createSetupHost()
    await setUpOn(panel)
    const text = panel.state()[ROUNDCUBE_SETTINGS]?.split(' ').slice(2).join(' ') ?? ''
    panel.put(ROUNDCUBE_SETTINGS, `${text}$config["password_log"] = true;\n`)
    await run(panel, 'undo')
    expect(panel.state()[ROUNDCUBE_SETTINGS]).toBe(
      '644 0 <?php\n$config["password_driver"] = "hestia";\n$config["password_log"] = true;\n',
    )
  })

  it('names what it can’t undo, leaves the files that are included there, empty, and goes on when it can', async () => {
    const panel = createSetupHost()
    const before = panel.state()
    await setUpOn(panel)
    const include = '/home/bob/conf/mail/example.com/nginx.conf_rekey'
    const remove = panel.host.remove
    panel.host.remove = async (path) => {
      if (path === include) throw new Error(`${path} can’t be removed`)
      return remove(path)
    }
    const { isRight, text } = await run(panel, 'undo')
    expect(isRight).toBe(false)
    expect(text()).toContain(`Not undone: ${include} can’t be removed`)
    expect(panel.state()['/etc/nginx/conf.d/rekey.inc']).toBe('644 0 ')
    expect(panel.state().active).toBe('')
    panel.host.remove = remove
    expect((await run(panel, 'undo')).isRight).toBe(true)
    expect(panel.state()).toEqual(before)
  })

  it('keeps the key of recovery addresses while there is data, and a setup after that uses it', async () => {
    const panel = createSetupHost()
    await setUpOn(panel)
    panel.put('/var/lib/rekey/records', 'sealed')
    const { isRight, text } = await run(panel, 'undo')
    expect([isRight, text()]).toEqual([true, expect.stringContaining('Kept: /etc/rekey/recovery-key')])
    panel.put('/etc/rekey/recovery-key', 'the former key\n')
    await setUpOn(panel)
    expect(panel.state()['/etc/rekey/recovery-key']).toMatch(/ the former key\n$/)
  })

  it.each(['nginx', 'fail2ban', 'systemctl'])(
    'copes with a panel that is gone, and %s with it',
    async (program) => {
      const panel = createSetupHost()
      await setUpOn(panel)
      panel.failOn(program, 127)
      for (const path of Object.keys(panel.state())) {
        if (/^\/(?:home|usr\/local\/hestia|var\/lib)\//.test(path)) panel.drop(path)
      }
      expect((await run(panel, 'undo')).isRight).toBe(true)
      expect(Object.keys(panel.state()).filter((path) => path.includes('rekey'))).toEqual([])
    },
  )
})

describe('a step that fails', () => {
  it.each([
    ['v-add-sys-api-ip', 'An access key'],
    ['v-change-sys-api', 'An access key'],
    ['v-add-access-key', 'An access key'],
    ['doveconf -n', 'Dovecot'],
    ['reload dovecot', 'Dovecot'],
    ['enable rekey.socket', 'The service'],
    ['start rekey.socket', 'The service'],
    ['reload nginx', 'The page'],
    ['php -l', 'Webmail'],
    ['fail2ban-client -t', 'Fail2Ban'],
    ['reload fail2ban', 'Fail2Ban'],
    ['rekey-refresh.timer', 'A timer'],
  ])(
    'is taken back where %s fails, is said, and is done when the cause is mended',
    async (command, title) => {
      const panel = createSetupHost()
      panel.failOn(command)
      const failed = await setUpOn(panel, { proof: 'imap' })
      expect(failed.isSetUp).toBe(false)
      expect(failed.said.filter((line) => line.startsWith('✗'))).toEqual([
        expect.stringMatching(new RegExp(`^✗ {2}${title}`)),
      ])
      const state = panel.state()
      panel.failOn('')
      await setUpOn(panel, { proof: 'imap' })
      expect(settledState(panel.state())).toEqual(settledState(await stateWith({ proof: 'imap' })))
      // The undo of the earlier steps removes what the failed step left.
      const broken = createSetupHost()
      const before = broken.state()
      broken.failOn(command)
      await setUpOn(broken, { proof: 'imap' })
      expect(broken.state()).toEqual(state)
      broken.failOn('')
      await run(broken, 'undo')
      expect(broken.state()).toEqual(before)
    },
  )

  it('shows what the doctor says of a service that isn’t ready, and stops there', async () => {
    const panel = createSetupHost()
    panel.isReady = false
    const { isSetUp, text, diagnosed } = await setUpOn(panel)
    expect(isSetUp).toBe(false)
    expect(text()).toContain('✗  The service: the service isn’t ready. The doctor says:\n  fault       key')
    expect(diagnosed[0]).toMatchObject({ HESTIA_SECRET_KEY_FILE: '/etc/rekey/secret-key' })
    expect(panel.state().active).toBe('')
    expect(Object.keys(panel.state()).filter((path) => path.includes('nginx.conf_rekey'))).toEqual([])
  })

  it('doesn’t wait for a service that has ended, and waits a minute for one that doesn’t answer', async () => {
    const panel = createSetupHost()
    panel.hasFailed = true
    const ended = await setUpOn(panel)
    expect([ended.isSetUp, ended.waitedMs()]).toEqual([false, 0])
    expect(ended.text()).toContain('✗  The service: the service isn’t ready. The doctor says:\n')
    panel.hasFailed = false
    panel.unchecked = Number.POSITIVE_INFINITY
    const silent = await setUpOn(panel)
    expect([silent.isSetUp, silent.waitedMs()]).toEqual([false, 60_000])
  })

  it('keeps a service that ran before with its former settings', async () => {
    const panel = createSetupHost()
    await setUpOn(panel)
    const state = panel.state()
    panel.isReady = false
    expect((await setUpOn(panel, { roundcube: 'hestia' })).isSetUp).toBe(false)
    panel.isReady = true
    expect(panel.state()).toEqual(state)
    expect(panel.commands.at(-1)).toBe('systemctl try-restart rekey.service')
  })

  it('is no service that has not looked yet whether it is ready', async () => {
    const panel = createSetupHost()
    panel.unchecked = 3
    expect((await setUpOn(panel)).isSetUp).toBe(true)
  })

  it('leaves nginx alone that refuses its settings already', async () => {
    const panel = createSetupHost()
    panel.failOn('nginx -t')
    const before = panel.state()
    const { isSetUp, text } = await setUpOn(panel)
    expect([isSetUp, text()]).toEqual([
      false,
      expect.stringContaining('nginx -t failed (1):\n  nginx -t fails'),
    ])
    expect(panel.state()).toEqual(before)
  })

  it('leaves Fail2Ban out where it can’t read the journal, and says what to install', async () => {
    const panel = createSetupHost()
    panel.failOn('python3')
    const { isSetUp, text } = await setUpOn(panel)
    expect(isSetUp).toBe(true)
    expect(text()).toContain('apt install python3-systemd')
    expect(panel.state()['/etc/fail2ban/jail.d/rekey.conf']).toBeUndefined()
  })
})

describe('a setup that is killed at any change', () => {
  it.each(everyWay)('goes on to the same end, or is undone without a trace: %o', async (wishes) => {
    const whole = createSetupHost()
    whole.dieAt(Number.POSITIVE_INFINITY)
    await setUpOn(whole, wishes)
    const count = whole.changes()
    expect(count).toBeGreaterThan(60)
    for (let change = 0; change < count; change += 1) {
      const panel = createSetupHost()
      const before = panel.state()
      panel.dieAt(change)
      await setUpOn(panel, wishes)
      panel.dieAt(Number.POSITIVE_INFINITY)
      if (change % 2 === 0) {
        await setUpOn(panel, wishes)
        expect(settledState(panel.state()), `killed at ${change}`).toEqual(settledState(whole.state()))
      }
      await run(panel, 'undo')
      expect(panel.state(), `killed at ${change}`).toEqual(before)
    }
  })

  it('is undone to the end if the undo is killed at any change, and starts again', async () => {
    const whole = createSetupHost()
    const before = whole.state()
    await setUpOn(whole)
    whole.dieAt(Number.POSITIVE_INFINITY)
    await run(whole, 'undo')
    const count = whole.changes()
    for (let change = 0; change < count; change += 1) {
      const panel = createSetupHost()
      await setUpOn(panel)
      panel.dieAt(change)
      await run(panel, 'undo')
      panel.dieAt(Number.POSITIVE_INFINITY)
      await run(panel, 'undo')
      expect(panel.state(), `killed at ${change}`).toEqual(before)
    }
  })
})

describe('the timer', () => {
  it('does nothing and says nothing if nothing is new', async () => {
    const panel = createSetupHost()
    await setUpOn(panel)
    const state = panel.state()
    panel.commands.length = 0
    const { isRight, said } = await run(panel, 'refresh')
    expect([isRight, said, panel.commands, panel.state()]).toEqual([true, [], [], state])
  })

  it('does nothing on a host that was never set up', async () => {
    const panel = createSetupHost()
    const state = panel.state()
    expect((await run(panel, 'refresh')).isRight).toBe(true)
    expect(panel.state()).toEqual(state)
  })

  it('serves a mail domain that was added later', async () => {
    const panel = createSetupHost()
    await setUpOn(panel)
    panel.put('/home/bob/conf/mail/example.net/nginx.conf', 'server {}\n')
    await run(panel, 'refresh')
    expect(panel.state()['/home/bob/conf/mail/example.net/nginx.conf_rekey']).toContain('rekey.in[c]')
    expect(panel.commands.at(-1)).toBe('systemctl reload nginx')
  })

  it('puts back what an upgrade of the panel replaced', async () => {
    const panel = createSetupHost()
    await setUpOn(panel)
    const state = panel.state()
    panel.drop('/var/lib/roundcube/plugins/password/drivers/rekey.php')
    panel.put(ROUNDCUBE_SETTINGS, '<?php\n$config["password_driver"] = "hestia";\n')
    panel.drop('/home/bob/conf/mail/example.com/nginx.ssl.conf_rekey')
    panel.drop('/etc/nginx/conf.d/rekey.inc')
    expect((await run(panel, 'refresh')).isRight).toBe(true)
    expect(panel.state()).toEqual(state)
  })

  it('takes back only what is new if nginx refuses it', async () => {
    const panel = createSetupHost()
    await setUpOn(panel)
    const state = panel.state()
    panel.put('/home/bob/conf/mail/example.net/nginx.conf', 'server {}\n')
    panel.failOn('reload nginx')
    expect((await run(panel, 'refresh')).isRight).toBe(false)
    const { '/home/bob/conf/mail/example.net/nginx.conf': _added, ...rest } = panel.state()
    expect(rest).toEqual(state)
  })

  it('follows the pinned certificate when the panel renews it, and leaves one that an authority vouches for', async () => {
    const panel = createSetupHost()
    for (const name of ['127.0.0.1:8083', 'server.example.com:8083'])
      panel.tls.set(name, { ...trusted, isTrusted: false, localAddress: '127.0.0.1' })
    await setUpOn(panel)
    expect(panel.state()['/etc/rekey/rekey.env']).toContain(
      'HESTIA_URL=https://127.0.0.1:8083\nHESTIA_CERT_SHA256=AA:BB\n',
    )
    panel.tls.set('127.0.0.1:8083', {
      ...trusted,
      isTrusted: false,
      localAddress: '127.0.0.1',
      fingerprint: 'CC:DD',
    })
    await run(panel, 'refresh')
    expect(panel.state()['/etc/rekey/rekey.env']).toContain('HESTIA_CERT_SHA256=CC:DD\n')
    expect(panel.commands.at(-2)).toBe('systemctl restart rekey.service')
  })

  it('changes nothing while the host that webmail uses can’t be reached', async () => {
    const panel = createSetupHost()
    await setUpOn(panel)
    const state = panel.state()
    panel.tls.delete(`${HOST_ADDRESS}:443`)
    expect((await run(panel, 'refresh')).isRight).toBe(false)
    expect(panel.state()).toEqual(state)
  })
})

describe('a host that the setup can’t set up', () => {
  it('is left alone if it has no panel, and is told of --remote', async () => {
    const panel = createSetupHost()
    panel.drop('/usr/local/hestia/conf/hestia.conf')
    const { isSetUp, text } = await setUpOn(panel)
    expect([isSetUp, text()]).toEqual([false, expect.stringContaining('rekey setup --remote')])
  })

  it('is left alone for anybody but root, and while another setup is at work', async () => {
    const panel = createSetupHost()
    panel.host.isRoot = () => false
    expect((await setUpOn(panel)).text()).toBe('Run this as root: sudo rekey setup')
    panel.host.isRoot = () => true
    panel.host.lock = async () => undefined
    const { isSetUp, text } = await setUpOn(panel)
    expect([isSetUp, text()]).toEqual([false, 'Another rekey setup is running: waiting for it …'])
    expect(await run(panel, 'refresh')).toMatchObject({ isRight: true, said: [] })
  })

  it('is set up when the other setup is over', async () => {
    const panel = createSetupHost()
    const lock = panel.host.lock
    const taken = [true, true, true]
    panel.host.lock = async () => (taken.pop() ? undefined : lock())
    expect((await setUpOn(panel)).isSetUp).toBe(true)
  })

  it('keeps its webmail as it is where no host with TLS can be reached', async () => {
    const panel = createSetupHost()
    panel.tls.delete(`${HOST_ADDRESS}:443`)
    const { isSetUp, text } = await setUpOn(panel)
    expect([isSetUp, text()]).toEqual([
      true,
      expect.stringContaining('webmail changes passwords through the panel'),
    ])
    expect(panel.state()[ROUNDCUBE_SETTINGS]).toBe(createSetupHost().state()[ROUNDCUBE_SETTINGS])
  })

  it('keeps a profile with other commands on which other keys depend, and is told of --profile', async () => {
    const panel = createSetupHost()
    panel.put('/usr/local/hestia/data/api/mail-password', "ROLE='admin'\nCOMMANDS='v-list-users'\n")
    panel.put(
      '/usr/local/hestia/data/access-keys/FOREIGN',
      "USER='chief'\nPERMISSIONS='billing,mail-password'\nCOMMENT='our billing'\n",
    )
    const before = panel.state()
    const { isSetUp, text } = await setUpOn(panel)
    expect([isSetUp, panel.state()]).toEqual([false, before])
    expect(text()).toMatch(/FOREIGN \(our billing\)\.\n.*--profile/)
    expect((await setUpOn(panel, { profile: 'rekey' })).isSetUp).toBe(true)
  })

  it('is told that a web domain is missing before anything is done', async () => {
    const panel = createSetupHost()
    const before = panel.state()
    const { isSetUp, text } = await setUpOn(panel, { host: 'other.example.com' })
    expect([isSetUp, text(), panel.state()]).toEqual([
      false,
      expect.stringContaining('other.example.com isn’t a web domain of this panel'),
      before,
    ])
  })

  it('takes nothing from an open API: allow-all stays', async () => {
    const panel = createSetupHost()
    const settings = '/usr/local/hestia/conf/hestia.conf'
    const text = panel.state()[settings]?.split(' ').slice(2).join(' ') ?? ''
    panel.put(settings, text.replace("API_ALLOWED_IP=''", "API_ALLOWED_IP='allow-all'"))
    await setUpOn(panel)
    expect(panel.state()[settings]).toContain("API_ALLOWED_IP='allow-all'")
  })
})
