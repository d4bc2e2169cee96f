import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { type Rekey, startRekey } from './kit/rekey.js'
import { visit } from './kit/visit.js'
import { startVisitorsFromElsewhere } from './kit/visitors.js'
import { startWebmailHosts, type WebmailHosts } from './kit/webmail-hosts.js'

const DOMAINS = ['example.org', 'example.com']
const CREATED = { code: 0, output: 'reload nginx\nWebmail hosts: 4 files added, 0 removed.\n' }

let rekey: Rekey
let hosts: WebmailHosts

beforeEach(async () => {
  const panel = await startPanelSimulator()
  atEnd(() => panel.close())
  rekey = await startRekey(panel, { REKEY_BASE_PATH: '/password', REKEY_TRUST_PROXY: '1' })
  hosts = await startWebmailHosts(await startVisitorsFromElsewhere(rekey.url))
  hosts.addDomain('alice', 'example.org', 'newer')
  hosts.addDomain('bob', 'example.com', 'older')
})

/** What is served at a path of a domain's webmail host. */
async function bodyOf(domain: string, path: string): Promise<string> {
  return (await visit(hosts, { host: `webmail.${domain}`, path })).body
}

function page(domain: string) {
  return expect.poll(() => bodyOf(domain, '/password/').catch(String))
}

function filesOf(user: string, domain: string): string[] {
  return readdirSync(join(hosts.home, user, 'conf/mail', domain)).sort()
}

it('the webmail hosts of a Hestia panel serve Rekey at /password/ and webmail everywhere else, by newer templates and by older ones', async () => {
  expect(await hosts.run()).toEqual(CREATED)
  for (const domain of DOMAINS) {
    await page(domain).toContain('Change password')
    const host = `webmail.${domain}`
    expect(await bodyOf(domain, '/password/assets/style.css')).toContain(':root')
    for (const path of ['/', '/passwords', '/skins/style.css', '/?_task=login']) {
      expect(await bodyOf(domain, path)).toBe(`webmail ${path}`)
    }
    const found = await visit(hosts, { host, path: '/.well-known/change-password' })
    expect([found.status, found.headers.location]).toEqual([303, '/password/'])
    const bare = await visit(hosts, { host, path: '/password' })
    expect([bare.status, bare.headers.location]).toEqual([301, `https://${host}:${hosts.port}/password/`])
    const plain = await visit(hosts, { host, path: '/password/?email=x', plain: true })
    expect([plain.status, plain.headers.location]).toEqual([301, `https://${host}/password/?email=x`])
    expect((await visit(hosts, { host, path: '/', plain: true })).body).toBe('webmail /')
  }
})

it('the webmail hosts of a Hestia panel let a person change a password, whose address Rekey sees', async () => {
  await hosts.run()
  await page('example.org').toContain('Change password')
  const host = 'webmail.example.org'
  const { body } = await visit(hosts, {
    host,
    path: '/password/',
    headers: {
      origin: `https://${host}:${hosts.port}`,
      'content-type': 'application/x-www-form-urlencoded',
      'x-forwarded-for': '203.0.113.9',
    },
    body: new URLSearchParams({
      email: 'info@example.org',
      current_password: 'info mail pw',
      new_password: 'a wholly new secret',
      confirm_password: 'a wholly new secret',
    }).toString(),
    from: '127.0.0.5',
  })
  expect(body).toContain('The password was changed')
  expect(rekey.attempts().at(-1)).toMatchObject({ code: 'changed', clientAddress: '203.0.113.5' })
})

it('the webmail hosts of a Hestia panel are left alone where nothing is new, and a new one is added', async () => {
  await hosts.run()
  expect(await hosts.run()).toEqual({ code: 0, output: '' })
  hosts.addDomain('alice', 'example.net', 'newer')
  expect((await hosts.run()).output).toContain('2 files added')
  await page('example.net').toContain('Change password')
})

it('the webmail hosts of a Hestia panel have nothing left of it after --remove', async () => {
  await hosts.run()
  await page('example.org').toContain('Change password')
  expect((await hosts.run('--remove')).output).toContain('0 files added, 4 removed')
  await page('example.org').toBe('webmail /password/')
  expect([filesOf('alice', 'example.org'), filesOf('bob', 'example.com')]).toEqual([[], []])
  expect(await hosts.run('--remove')).toEqual({ code: 0, output: '' })
})

it('the webmail hosts of a Hestia panel are as they were where nginx does not take it', async () => {
  hosts.write('rekey.inc', 'location { no sense }\n')
  const { code, output } = await hosts.run()
  expect([code, output]).toEqual([1, expect.stringContaining('nothing was changed: ')])
  expect([filesOf('alice', 'example.org'), filesOf('bob', 'example.com')]).toEqual([[], []])
})

it('the webmail hosts of a Hestia panel can’t have root write elsewhere, through a link', async () => {
  const victim = join(hosts.home, 'victim')
  const link = join(hosts.home, 'alice/conf/mail/example.org/nginx.conf_rekey')
  symlinkSync(victim, link)
  // nginx itself fails where it is to include a link that leads nowhere.
  const { code, output } = await hosts.run()
  expect([code, output]).toEqual([1, expect.stringMatching(`nothing was changed: .*${link}`)])
  expect(() => readFileSync(victim)).toThrow('ENOENT')
  expect([filesOf('alice', 'example.org'), filesOf('bob', 'example.com')]).toEqual([['nginx.conf_rekey'], []])
})

it('the webmail hosts of a Hestia panel are served though a file of another domain, without such a host, can’t be written', async () => {
  const domain = join(hosts.home, 'alice/conf/mail/example.net')
  mkdirSync(domain)
  symlinkSync('nowhere', join(domain, 'nginx.conf_rekey'))
  const named = expect.stringContaining(`Passed over, mend by hand: ${domain}/nginx.conf_rekey\n`)
  for (const args of [[], [], ['--remove']]) {
    const { code, output } = await hosts.run(...args)
    expect([code, output]).toEqual([1, named])
    if (args.length === 0) for (const served of DOMAINS) await page(served).toContain('Change password')
  }
  expect([filesOf('alice', 'example.net'), filesOf('bob', 'example.com')]).toEqual([['nginx.conf_rekey'], []])
})
