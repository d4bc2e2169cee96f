import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { canRunMachine, type PanelMachine, startPanelMachine } from './kit/panel-machine.js'
import { changePasswordByRoundcube } from './kit/webmail-session.js'

const WEBMAIL = 'https://webmail.example.org'
/** How fast people read. */
const WORDS_PER_MINUTE = 200

describe.runIf(canRunMachine)('on a host of a panel', () => {
  let machine: PanelMachine
  /** Everything on the host before the setup. */
  let before: string[]
  let settingsBefore: string[]
  let password = 'info mail pw'

  beforeAll(async () => {
    machine = await startPanelMachine()
    before = await footprint()
    settingsBefore = await panelSettings()
  })

  /** What the setup could change: every file with its text and permissions. */
  async function footprint(): Promise<string[]> {
    const places = '/etc /home/alice /usr/local/hestia /var/lib/roundcube/plugins /var/lib/snappymail'
    // The panel's commands change these on their own, even when they undo something.
    const others = /hosts|hestia\.conf|access-keys|exim4\/domains|nginx\/conf\.d\/domains|alice\/conf\/mail/
    const { output } = await machine.run(
      'bash',
      '-c',
      `find ${places} \\( -type f -o -type d \\) -printf '%p %m %u %g\\n' | sort; find ${places} -type f -exec sha256sum {} + | sort -k 2`,
    )
    return output.split('\n').filter((line) => !others.test(line))
  }

  async function panelSettings(): Promise<string[]> {
    return (await machine.run('sort', '/usr/local/hestia/conf/hestia.conf')).output.split('\n')
  }

  async function changeOnThePage(next: string, headers: Record<string, string> = {}): Promise<string> {
    const { body } = await machine.visit(
      `${WEBMAIL}/password/`,
      { email: 'info@example.org', current_password: password, new_password: next, confirm_password: next },
      { origin: WEBMAIL, ...headers },
    )
    return body
  }

  /** Each differs from the one before. */
  function nextPassword(): string {
    return randomBytes(12).toString('base64url')
  }

  /** Waits until the log has an attempt like this. */
  async function expectAttempt(attempt: Record<string, unknown>): Promise<void> {
    const last = async (): Promise<unknown> => {
      const { output } = await machine.run('grep', '"event":"attempt"', '/var/log/rekey.log')
      return JSON.parse(output.trim().split('\n').at(-1) || '{}')
    }
    await expect.poll(last).toMatchObject(attempt)
  }

  it('a setup at a terminal takes a person less than three minutes, and the doctor is content', async () => {
    const startMs = performance.now()
    const { code, output } = await machine.runAtTerminal('rekey', 'setup')
    const words = output.split(/\s+/).length
    const seconds = (performance.now() - startMs) / 1000 + (words / WORDS_PER_MINUTE) * 60
    expect(code, output).toBe(0)
    expect(output).toContain('programs: nginx, Roundcube, SnappyMail, Dovecot, Exim, Fail2Ban')
    expect(output).toContain(`${WEBMAIL}/password/`)
    expect(output).not.toMatch(/✗|The doctor says|skipped/)
    expect(seconds, `${words} words to read`).toBeLessThan(180)
  })

  it('a setup leaves settings that the doctor finds by itself', async () => {
    expect(await machine.run('rekey', 'doctor')).toMatchObject({ code: 0 })
    expect(await machine.run('rekey', '--check-config')).toMatchObject({ code: 0 })
    expect(await machine.run('rekey', '--health')).toMatchObject({ code: 0 })
  })

  it('a setup leaves a page on the webmail host that changes passwords, and tells the mailbox of it', async () => {
    const next = nextPassword()
    expect(await changeOnThePage(next)).toContain('The password was changed')
    password = next
    await expectAttempt({ code: 'changed', clientAddress: '192.0.2.9' })
    expect((await machine.run('doveadm', 'auth', 'test', 'info@example.org', password)).code).toBe(0)
    await expect
      .poll(async () => (await machine.run('cat', '/var/mail/delivered')).output)
      .toContain('To: info@example.org')
  })

  it('a setup leads people from plain HTTP to the page, and leaves webmail where it was', async () => {
    const plain = await machine.visit('http://webmail.example.org/password/')
    expect([plain.status, plain.headers.location]).toEqual([301, `${WEBMAIL}/password/`])
    expect((await machine.visit(`${WEBMAIL}/`)).body).toContain('Roundcube')
    expect((await machine.visit(`${WEBMAIL}/.well-known/change-password`)).status).toBe(303)
  })

  it('a setup has Roundcube change passwords by Rekey, for the person’s own address', async () => {
    const next = nextPassword()
    const change = { address: 'info@example.org', current: password, next }
    expect(await changePasswordByRoundcube(machine, WEBMAIL, change)).toBe('Successfully saved.')
    password = next
    await expectAttempt({ code: 'changed', client: 'roundcube' })
  })

  it('a setup lets nobody read Roundcube’s token but root and Roundcube, and nobody reach the service but nginx', async () => {
    const { output } = await machine.run(
      'stat',
      '-c',
      '%a %U %G',
      '/etc/roundcube/plugins/password/rekey.inc.php',
      '/etc/rekey/clients',
      '/etc/rekey/secret-key',
      '/run/rekey/rekey.sock',
    )
    expect(output).toBe('640 root hestiamail\n600 root root\n600 root root\n660 nobody www-data\n')
  })

  it('a setup opens the form of the panel’s plugins to the host’s own addresses alone', async () => {
    const post = (from: string, next: string) =>
      machine.run(
        ...['curl', '--silent', '--interface', from, `${WEBMAIL}/reset/mail/`],
        ...['--data-urlencode', 'email=info@example.org', '--data-urlencode', `password=${password}`],
        ...['--data-urlencode', `new=${next}`],
      )
    expect((await post('198.51.100.7', nextPassword())).output).toContain('403 Forbidden')
    const next = nextPassword()
    expect((await post('192.0.2.9', next)).output).toBe('==ok==')
    password = next
  })

  it('a setup has Fail2Ban watch, with the panel’s own firewall', async () => {
    expect((await machine.run('fail2ban-client', 'status')).output).toContain('rekey')
    expect((await machine.run('cat', '/var/log/firewall.log')).output).toContain('chain WEB')
  })

  it('a setup that runs again has nothing to do', async () => {
    const now = await footprint()
    const { code, output } = await machine.run('rekey', 'setup', '--yes')
    expect([code, output.match(/^✓.*/gm)?.filter((line) => !line.endsWith('no changes'))]).toEqual([0, []])
    expect(await footprint()).toEqual(now)
  })

  it('a setup is put back by the timer after an upgrade of the panel that wrote its files anew, and new domains are served', async () => {
    const upgrade = [
      'rm /var/lib/roundcube/plugins/password/drivers/rekey.php',
      'cp /etc/rekey/setup/copies/etc_roundcube_plugins_password_config.inc.php /etc/roundcube/plugins/password/config.inc.php',
      'v-rebuild-mail-domain alice example.org',
      'v-rebuild-mail-domain bob example.com',
      'nginx -s reload',
    ]
    await machine.run('bash', '-c', `PATH=$PATH:/usr/local/hestia/bin; set -e; ${upgrade.join('\n')}`)
    expect((await machine.visit(`${WEBMAIL}/password/`)).status).toBe(200)
    const { code, output } = await machine.run('rekey', 'setup', '--refresh')
    expect([code, output.match(/^✓.*/gm)]).toEqual([
      0,
      ['✓  The page at /password/ of every webmail host', '✓  Webmail changes passwords through Rekey'],
    ])
    const next = nextPassword()
    const change = { address: 'info@example.org', current: password, next }
    expect(await changePasswordByRoundcube(machine, WEBMAIL, change)).toBe('Successfully saved.')
    password = next
    await expect
      .poll(async () => (await machine.visit('https://webmail.example.com/password/')).status)
      .toBe(200)
    expect(await machine.run('rekey', 'setup', '--refresh')).toEqual({ code: 0, output: '' })
  })

  it.each([
    [
      'The page',
      '/home/bob/conf/mail/example.com/nginx.ssl.conf_other',
      'location ^~ /password/ { return 404; }',
      '/home/bob/conf/mail/example.com/nginx.ssl.conf_rekey',
    ],
    [
      'Webmail',
      '/etc/roundcube/plugins/password/config.inc.php',
      '<?php no sense',
      '/var/lib/roundcube/plugins/password/drivers/rekey.php',
    ],
    [
      'Fail2Ban',
      '/etc/fail2ban/jail.d/zzz.conf',
      '[rekey]\nbantime = no sense',
      '/etc/fail2ban/jail.d/rekey.conf',
    ],
  ])(
    'a setup whose step fails takes it back, where real programs refuse: %s',
    async (title, path, text, ours) => {
      await machine.run(
        'bash',
        '-c',
        `rm ${ours}; cp -p ${path} /tmp/kept; printf '%s\\n' "$1" >${path}`,
        'bash',
        text,
      )
      const { code, output } = await machine.run('rekey', 'setup', '--yes')
      expect([code, output]).toEqual([1, expect.stringContaining(`✗  ${title}`)])
      expect((await machine.run('nginx', '-t')).code).toBe(0)
      expect((await machine.visit(`${WEBMAIL}/password/`)).status).toBe(200)
      await machine.run('bash', '-c', `rm ${path}; [ ! -e /tmp/kept ] || mv /tmp/kept ${path}`)
      expect((await machine.run('rekey', 'setup', '--yes')).code).toBe(0)
    },
  )

  it('a setup with --proof=imap checks passwords at Dovecot, which counts the person’s address', async () => {
    expect((await machine.run('rekey', 'setup', '--yes', '--proof=imap')).code).toBe(0)
    const next = nextPassword()
    expect(await changeOnThePage(next)).toContain('The password was changed')
    expect((await machine.run('tail', '-n', '40', '/var/log/dovecot.log')).output).toMatch(
      /info@example\.org.*rip=192\.0\.2\.9/,
    )
    password = next
  })

  it('a setup pins the certificate of a webmail host that signed it itself, for Roundcube', async () => {
    const rebuild = '/usr/local/hestia/bin/v-rebuild-mail-domain'
    for (const domain of ['alice example.org', 'bob example.com'])
      await machine.run(rebuild, ...domain.split(' '), 'self-signed')
    await machine.run('nginx', '-s', 'reload')
    expect((await machine.run('rekey', 'setup', '--yes', '--proof=hash')).code).toBe(0)
    const next = nextPassword()
    const change = { address: 'info@example.org', current: password, next }
    expect(await changePasswordByRoundcube(machine, WEBMAIL, change)).toBe('Successfully saved.')
    password = next
  })

  it('a setup with --roundcube=hestia has the panel’s driver post to Rekey', async () => {
    expect((await machine.run('rekey', 'setup', '--yes', '--roundcube=hestia')).code).toBe(0)
    const next = nextPassword()
    const change = { address: 'info@example.org', current: password, next }
    expect(await changePasswordByRoundcube(machine, WEBMAIL, change)).toBe('Successfully saved.')
    password = next
    await expectAttempt({ code: 'changed', clientAddress: '192.0.2.9' })
    expect((await machine.run('cat', '/etc/rekey/clients')).code).toBe(1)
  })

  it('a setup that is undone leaves the host as it was, and every site answers', async () => {
    const { code, output } = await machine.run('rekey', 'setup', '--undo', '--yes')
    expect([code, output]).toEqual([0, expect.stringContaining('Everything was undone.')])
    // The service's stored data needs its key, until both are purged.
    expect(output).toContain('Kept: /etc/rekey/recovery-key')
    expect((await machine.run('find', '/etc/rekey', '-type', 'f')).output).toBe('/etc/rekey/recovery-key\n')
    expect((await footprint()).filter((line) => !line.includes('/etc/rekey'))).toEqual(before)
    expect(await panelSettings()).toEqual(settingsBefore)
    expect((await machine.run('bash', '-c', 'ls /home/*/conf/mail/*/*_rekey')).code).not.toBe(0)
    expect((await machine.run('nginx', '-t')).code).toBe(0)
    expect((await machine.visit(`${WEBMAIL}/`)).body).toContain('Roundcube')
    await expect.poll(async () => (await machine.visit(`${WEBMAIL}/password/`)).status).toBe(404)
  })

  it('a setup that isn’t undone breaks nothing when Rekey and its settings are gone', async () => {
    expect((await machine.run('rekey', 'setup', '--yes')).code).toBe(0)
    await machine.run(
      'bash',
      '-c',
      'systemctl disable --now rekey.socket rekey.service; rm -rf /etc/rekey /run/rekey',
    )
    expect((await machine.run('nginx', '-t')).code).toBe(0)
    expect((await machine.run('nginx', '-s', 'reload')).code).toBe(0)
    expect((await machine.visit(`${WEBMAIL}/`)).body).toContain('Roundcube')
    expect((await machine.run('fail2ban-client', '-t')).code).toBe(0)
  })
})
