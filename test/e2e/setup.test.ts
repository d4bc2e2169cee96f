import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFileSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from './kit/checkout.js'
import { adapt } from './kit/deploy-file.js'
import { canRunMachine, type PanelMachine, startPanelMachine, startServiceHost } from './kit/panel-machine.js'
import { changePasswordByRoundcube } from './kit/webmail-session.js'

const WEBMAIL = 'https://webmail.example.org'
/** The password of info@example.org when the panel starts. */
const FIRST_PASSWORD = 'info mail pw'
const START = { timeout: 20_000 }
/** Building the package takes 10 s, and longer while other tests run. */
const PREPARE_MS = 180_000
/** How fast people read. */
const WORDS_PER_MINUTE = 200

describe.runIf(canRunMachine)('on a host of a panel', () => {
  let machine: PanelMachine
  /** The package's path on the host. */
  let packagePath: string
  /** Everything on the host before the package was installed, and before the setup. */
  let beforePackage: string[]
  let before: string[]
  let settingsBefore: string[]
  let password = FIRST_PASSWORD

  beforeAll(async () => {
    machine = await startPanelMachine()
    const build = ['--import', 'tsx', 'test/e2e/panel-machine/package.ts', machine.shared]
    const { stdout } = await promisify(execFile)(process.execPath, build, { cwd: ROOT })
    packagePath = `/mnt/${basename(stdout)}`
    beforePackage = await footprint()
    settingsBefore = await panelSettings()
  }, PREPARE_MS)

  /** What the setup could change: every file with its text and permissions. */
  async function footprint(): Promise<string[]> {
    const places = '/etc /home/alice /usr/local/hestia /var/lib/roundcube/plugins /var/lib/snappymail'
    // The panel's commands change these on their own, even when they undo something.
    const others =
      /hosts|hestia\.conf|access-keys|exim4\/domains|nginx\/conf\.d\/domains|alice\/conf\/(?:mail|web)\/(?!.*_rekey)/
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

  /** @param page its address */
  async function changeOnThePage(next: string, page = `${WEBMAIL}/password/`): Promise<string> {
    const { body } = await machine.visit(
      page,
      { email: 'info@example.org', current_password: password, new_password: next, confirm_password: next },
      { origin: new URL(page).origin },
    )
    return body
  }

  /** Each differs from the one before. None begins with a hyphen, like an option. */
  function nextPassword(): string {
    return randomBytes(12).toString('hex')
  }

  /** Waits until the log has an attempt like this. */
  async function expectAttempt(attempt: Record<string, unknown>): Promise<void> {
    const last = async (): Promise<unknown> => {
      const { output } = await machine.run(
        'journalctl',
        '--unit=rekey',
        '--output=cat',
        '--grep="event":"attempt"',
      )
      return JSON.parse(output.trim().split('\n').at(-1) || '{}')
    }
    await expect.poll(last).toMatchObject(attempt)
  }

  /** Checks everything else that the host serves. */
  async function expectSitesToAnswer(): Promise<void> {
    expect((await machine.run('nginx', '-t')).code).toBe(0)
    expect((await machine.run('systemctl', 'reload', 'nginx')).code).toBe(0)
    await expect.poll(async () => (await machine.visit(`${WEBMAIL}/password/`)).status).toBe(404)
    for (const site of [WEBMAIL, 'https://webmail.example.com'])
      expect((await machine.visit(`${site}/`)).body).toContain('Roundcube')
    expect((await machine.visit('https://password.example.org/')).body).toContain('The site of')
  }

  /** Runs the timer's service, and returns what it logged. */
  async function refresh(): Promise<string> {
    const { code, output } = await machine.run('systemctl', 'start', 'rekey-refresh.service')
    expect(code, output).toBe(0)
    const show = ['--property=InvocationID', '--value', 'rekey-refresh.service']
    const { output: id } = await machine.run('systemctl', 'show', ...show)
    const said = [`_SYSTEMD_INVOCATION_ID=${id.trim()}`, '--output=cat', '--quiet']
    return (await machine.run('journalctl', ...said)).output
  }

  it('the package is installed by apt, and starts nothing before the setup', async () => {
    const { code, output } = await machine.run('apt-get', 'install', '--yes', packagePath)
    expect(code, output).toBe(0)
    expect((await machine.run('systemctl', 'is-enabled', 'rekey.service', 'rekey.socket')).output).toBe(
      'disabled\ndisabled\n',
    )
    before = await footprint()
  })

  it('a setup at a terminal takes a person less than three minutes, and the doctor is content', async () => {
    const startMs = performance.now()
    const { code, output } = await machine.runAtTerminal('rekey setup', () => '')
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
    expect(output).toBe('640 root hestiamail\n600 root root\n600 root root\n660 root www-data\n')
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
    expect((await refresh()).match(/^✓.*/gm)).toEqual([
      '✓  The page at /password/ of every webmail host',
      '✓  Webmail changes passwords through Rekey',
    ])
    const next = nextPassword()
    const change = { address: 'info@example.org', current: password, next }
    expect(await changePasswordByRoundcube(machine, WEBMAIL, change)).toBe('Successfully saved.')
    password = next
    await expect
      .poll(async () => (await machine.visit('https://webmail.example.com/password/')).status)
      .toBe(200)
    expect(await refresh()).toBe('')
  })

  it('a setup serves the page after the host was started anew, and the timer runs again', async () => {
    await machine.reboot()
    // The panel simulator forgets changes when it restarts.
    password = FIRST_PASSWORD
    await expect.poll(async () => (await machine.visit(`${WEBMAIL}/password/readyz`)).status, START).toBe(200)
    const units = ['rekey.socket', 'rekey.service', 'rekey-refresh.timer']
    expect((await machine.run('systemctl', 'is-active', ...units)).output).toBe('active\n'.repeat(3))
    const next = nextPassword()
    expect(await changeOnThePage(next)).toContain('The password was changed')
    password = next
    expect(await machine.run('rekey', 'doctor')).toMatchObject({ code: 0 })
  })

  it('a service that crashes starts again, and answers the requests that came meanwhile', async () => {
    expect((await machine.run('systemctl', 'kill', '--signal=KILL', 'rekey.service')).code).toBe(0)
    expect((await machine.visit(`${WEBMAIL}/password/`)).status).toBe(200)
    expect((await machine.run('systemctl', 'is-active', 'rekey.service')).output).toBe('active\n')
  })

  it('an upgrade of the package restarts the service, and keeps the setup', async () => {
    const processOf = async () =>
      (await machine.run('systemctl', 'show', '--property=MainPID', '--value', 'rekey.service')).output
    const [earlier, files] = [await processOf(), await footprint()]
    const next = [
      `dpkg-deb --raw-extract ${packagePath} /tmp/next`,
      'sed -i "s/^Version: .*/Version: 99.0.0/" /tmp/next/DEBIAN/control',
      'dpkg-deb --root-owner-group -Znone --build /tmp/next /tmp/next.deb',
      'apt-get install --yes /tmp/next.deb',
    ]
    const { code, output } = await machine.run('bash', '-ec', next.join('\n'))
    expect(code, output).toBe(0)
    expect((await machine.run('dpkg-query', '--show', 'rekey')).output).toContain('99.0.0')
    expect(await processOf()).not.toBe(earlier)
    expect((await machine.visit(`${WEBMAIL}/password/`)).status).toBe(200)
    expect(await footprint()).toEqual(files)
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

  it('a setup shows what the doctor says of a setting that the service can’t start with', async () => {
    const set = (value: string) =>
      machine.run('sed', '-i', `s/^REKEY_TRUST_PROXY=.*/REKEY_TRUST_PROXY=${value}/`, '/etc/rekey/rekey.env')
    await set('nobody')
    await machine.run('systemctl', 'stop', 'rekey.service')
    const { code, output } = await machine.run('rekey', 'setup', '--yes')
    expect([code, output]).toEqual([1, expect.stringContaining('✗  The service: the service isn’t ready.')])
    expect(output).toMatch(/The doctor says:\n.*REKEY_TRUST_PROXY/)
    await set('1')
    expect((await machine.run('rekey', 'setup', '--yes')).code).toBe(0)
  })

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

  it('a setup with --host serves the page at a web domain of the panel, which is then the public one', async () => {
    const own = 'https://password.example.org'
    const { code, output } = await machine.run('rekey', 'setup', '--yes', '--host', 'password.example.org')
    expect([code, output]).toEqual([
      0,
      expect.stringContaining(`People can change their password at:\n  ${own}/password/`),
    ])
    expect(output).not.toMatch(/✗|The doctor says|skipped/)
    const trusted = ['curl', '--silent', '--cacert', '/etc/ssl/authority.pem', `${own}/password/`]
    expect((await machine.run(...trusted)).output).toContain('<form')
    const next = nextPassword()
    expect(await changeOnThePage(next, `${own}/password/`)).toContain('The password was changed')
    password = next
    expect((await machine.run('cat', '/etc/rekey/rekey.env')).output).toContain(
      `REKEY_PUBLIC_URL=${own}/password/\n`,
    )
    expect((await machine.visit(`${own}/`)).body).toContain('The site of password.example.org')
    expect((await machine.visit(`${WEBMAIL}/password/`)).status).toBe(200)
    await machine.run('/usr/local/hestia/bin/v-rebuild-web-domain', 'alice', 'password.example.org')
    await machine.run('nginx', '-s', 'reload')
    expect((await machine.visit(`${own}/password/`)).status).toBe(200)
    expect(await refresh()).toBe('')
  })

  it('a setup that is undone leaves the host as it was, and every site answers', async () => {
    const { code, output } = await machine.run('rekey', 'setup', '--undo', '--yes')
    expect([code, output]).toEqual([0, expect.stringContaining('Everything was undone.')])
    // The service's stored data needs its key, until both are purged.
    expect(output).toContain('Kept: /etc/rekey/recovery-key')
    expect((await machine.run('find', '/etc/rekey', '-type', 'f')).output).toBe('/etc/rekey/recovery-key\n')
    expect((await footprint()).filter((line) => !line.includes('/etc/rekey'))).toEqual(before)
    expect(await panelSettings()).toEqual(settingsBefore)
    expect((await machine.run('find', '/home', '-name', '*_rekey')).output).toBe('')
    await expectSitesToAnswer()
  })

  it('a setup is undone by a purge of the package, which leaves no trace', async () => {
    expect((await machine.run('rekey', 'setup', '--yes')).code).toBe(0)
    const { code, output } = await machine.run('apt-get', 'purge', '--yes', 'rekey')
    expect([code, output]).toEqual([0, expect.stringContaining('Everything was undone.')])
    expect(await footprint()).toEqual(beforePackage)
    expect(await panelSettings()).toEqual(settingsBefore)
    await expectSitesToAnswer()
  })

  it('a purge that can’t undo all leaves what is included empty, breaks nothing, and names what is left', async () => {
    await machine.run('apt-get', 'install', '--yes', packagePath)
    expect((await machine.run('rekey', 'setup', '--yes')).code).toBe(0)
    // Rekey doesn't follow links when it writes.
    const include = '/home/bob/conf/mail/example.com/nginx.ssl.conf_rekey'
    await machine.run('bash', '-c', `mv ${include} /root/kept; ln -s /root/kept ${include}`)
    const { code, output } = await machine.run('apt-get', 'purge', '--yes', 'rekey')
    expect([code, output]).toEqual([
      0,
      expect.stringContaining(`Not undone: ${include} isn’t a regular file`),
    ])
    expect(output).toContain('Not undone: /etc/nginx/conf.d/rekey.inc is now empty')
    expect(output).toContain('rekey: the changes named above are still there.')
    expect(output).toContain('rekey: /etc/rekey/setup stays:')
    expect((await machine.run('wc', '-c', '/etc/nginx/conf.d/rekey.inc')).output).toMatch(/^0 /)
    expect((await machine.run('fail2ban-client', '-t')).code).toBe(0)
    await expectSitesToAnswer()
    await machine.run('rm', '-r', include, '/root/kept', '/etc/rekey')
    await machine.run('find', '/home', '/etc/nginx', '-name', '*rekey*', '-empty', '-delete')
    expect(await footprint()).toEqual(beforePackage)
  })

  it('a setup for a panel on another host takes the key that its commands make there', async () => {
    const host = await startServiceHost(machine)
    copyFileSync(join(machine.shared, basename(packagePath)), join(host.shared, basename(packagePath)))
    await host.run('apt-get', 'install', '--yes', packagePath)
    let panelSaid = ''
    const atPanel = async (): Promise<string> => {
      const commands = readFileSync(join(host.shared, 'commands'), 'utf8')
      const { code, output } = await machine.run('bash', '-c', commands)
      expect(code, output).toBe(0)
      return output
    }
    const { code, output } = await host.runAtTerminal(
      'rekey setup --remote server.example.com >/mnt/commands',
      async (question) => {
        panelSaid ||= await atPanel()
        const [name = ''] = /ACCESS_KEY_ID|SECRET_ACCESS_KEY/.exec(question) ?? []
        return new RegExp(`"${name}": "(.*)"`).exec(panelSaid)?.[1] ?? ''
      },
    )
    expect([code, output]).toEqual([0, expect.stringContaining('The service is ready.')])
    expect(output).toContain(`will pin it: ${/(?<=HESTIA_CERT_SHA256=).+/.exec(panelSaid)?.[0]}`)
    expect((await panelSettings()).join()).toMatch(/API_ALLOWED_IP='[^']*192\.0\.2\.10'/)

    const name = 'password.example.net'
    const prepare = [
      'sed -i "/default_server/d" /etc/nginx/nginx.conf',
      `. /usr/local/hestia/func/certificate.sh; make_certificate /etc/ssl/own ${name}`,
    ]
    await host.run('bash', '-ec', prepare.join('\n'))
    const hosts = adapt('nginx.conf', {
      '/etc/ssl/rekey/password.example.com': '/etc/ssl/own',
      'password.example.com': name,
    })
    await host.write('/etc/nginx/conf.d/own.conf', hosts.slice(0, hosts.indexOf('# A path on another host')))
    await host.write('/etc/nginx/conf.d/rekey-limit.conf', adapt('nginx-limit.conf', {}))
    expect(await host.run('systemctl', 'restart', 'nginx')).toMatchObject({ code: 0 })
    const next = nextPassword()
    const fields = {
      email: 'info@example.org',
      current_password: password,
      new_password: next,
      confirm_password: next,
    }
    const answer = await machine.run(
      ...['curl', '--silent', '--insecure', '--connect-to', `${name}:443:192.0.2.10:443`, `https://${name}/`],
      ...['--header', `origin: https://${name}`],
      ...Object.entries(fields).flatMap(([field, value]) => ['--data-urlencode', `${field}=${value}`]),
    )
    expect(answer.output).toContain('The password was changed')
    password = next
    expect((await machine.run('doveadm', 'auth', 'test', 'info@example.org', password)).code).toBe(0)
    expect(await host.run('rekey', 'doctor')).toMatchObject({ code: 0 })

    expect((await host.run('rekey', 'setup', '--undo', '--yes')).output).toContain('Everything was undone.')
    const undo = [...panelSaid.matchAll(/ {2}Undo: (.+)/g)].map(([, command]) => command).toReversed()
    expect((await machine.run('bash', '-ec', undo.join('\n'))).code).toBe(0)
    expect(await panelSettings()).toEqual(settingsBefore)
  })
})
