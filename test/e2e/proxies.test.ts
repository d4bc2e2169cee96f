import { beforeAll, describe, expect, it } from 'vitest'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { startApache } from './kit/apache.js'
import { atEnd } from './kit/at-end.js'
import { openBrowser, screenshot } from './kit/browser.js'
import { startCaddy } from './kit/caddy.js'
import { startNginx } from './kit/nginx.js'
import { type FrontProxy, HOSTS } from './kit/proxy-setup.js'
import { type Rekey, startRekey } from './kit/rekey.js'
import { visit } from './kit/visit.js'
import { startVisitorsFromElsewhere } from './kit/visitors.js'

const JSON_HEADERS = { 'content-type': 'application/json' }
const FORM_HEADERS = { 'content-type': 'application/x-www-form-urlencoded' }
const CONTACT = 'https://example.org/security'
const ACCOUNT = { username: 'alice', password: 'alice panel pw' }

const proxies = [
  { name: 'nginx', start: startNginx },
  { name: 'Caddy', start: startCaddy },
  { name: 'Apache', start: startApache },
]
const places = [
  { place: 'at the root', host: HOSTS.own, base: '' },
  { place: 'below /password', host: HOSTS.shared, base: '/password' },
]

const cases = proxies.flatMap((proxy) => places.map((place) => ({ ...proxy, ...place })))

describe.each(cases)('behind $name, $place', ({ name, place, start, host, base }) => {
  let rekey: Rekey
  let proxy: FrontProxy
  let restart: () => Promise<Rekey>

  beforeAll(async () => {
    const panel = await startPanelSimulator()
    atEnd(() => panel.close())
    const environment = {
      REKEY_TRUST_PROXY: '1',
      REKEY_BASE_PATH: base,
      REKEY_LIMIT_ADDRESS: '3/15m',
      REKEY_SECURITY_CONTACT: CONTACT,
    }
    rekey = await startRekey(panel, environment)
    restart = () => startRekey(panel, { ...environment, REKEY_PORT: new URL(rekey.url).port })
    proxy = await start(await startVisitorsFromElsewhere(rekey.url))
  })

  function change(from: string, headers: Record<string, string> = {}, account: object = {}) {
    const body = {
      email: 'info@example.org',
      newPassword: 'a wholly new secret',
      account: { ...ACCOUNT, ...account },
    }
    return visit(proxy, {
      host,
      path: `${base}/api/v1/password-changes`,
      headers: { ...JSON_HEADERS, ...headers },
      body: JSON.stringify(body),
      from,
    })
  }

  it(`behind ${name}, ${place}, programs change a password, and Rekey sees their own address, whatever they claim`, async () => {
    const claims = {
      'x-forwarded-for': '203.0.113.9',
      'x-real-ip': '203.0.113.9',
      forwarded: 'for=203.0.113.9',
    }
    const { status, body, headers } = await change('127.0.0.5', claims)
    expect([status, JSON.parse(body)]).toEqual([200, { code: 'changed' }])
    expect(headers['cache-control']).toBe('no-store')
    expect(rekey.attempts().at(-1)).toMatchObject({ code: 'changed', clientAddress: '203.0.113.5' })
  })

  it(`behind ${name}, ${place}, the address limit counts each visitor by themselves, and none can shake it off`, async () => {
    const wrong = { password: 'wrong' }
    const codes = []
    for (const claim of ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4']) {
      codes.push((await change('127.0.0.6', { 'x-forwarded-for': claim }, wrong)).status)
    }
    expect(codes).toEqual([403, 403, 403, 429])
    expect((await change('127.0.0.7')).status).toBe(200)
  })

  it(`behind ${name}, ${place}, a form is taken from its own page, by the name of the host alone, and from no other`, async () => {
    const form = (origin: string) =>
      visit(proxy, {
        host,
        path: `${base}/`,
        headers: { ...FORM_HEADERS, origin },
        body: new URLSearchParams({
          proof: 'mailbox',
          email: 'sales@example.org',
          current_password: 'sales mail pw',
          new_password: 'a wholly new secret',
          confirm_password: 'a wholly new secret',
        }).toString(),
      })
    expect((await form('https://elsewhere.example.org')).status).toBe(403)
    const { status, body } = await form(`https://${host}:${proxy.port}`)
    expect([status, body]).toEqual([200, expect.stringContaining('The password was changed')])
  })

  it(`behind ${name}, ${place}, a person changes the password in a browser`, async () => {
    const page = await openBrowser({ ignoreHTTPSErrors: true })
    await page.goto(`https://${host}:${proxy.port}${base}/?email=bob%40bob.example.com`)
    await page.getByLabel('Current password').fill('bob mail pw')
    await page.getByLabel('New password', { exact: true }).fill('a wholly new secret')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByRole('heading', { name: 'The password was changed' }).waitFor()
    await screenshot(page, `proxy-${name}${base.replace('/', '-')}`)
  })

  it(`behind ${name}, ${place}, password managers find the page from the root of the host`, async () => {
    const found = await visit(proxy, { host, path: '/.well-known/change-password' })
    expect(found.status).toBe(303)
    const { pathname, host: leadsTo } = new URL(`${found.headers.location}`, `https://${host}:${proxy.port}`)
    expect([leadsTo, pathname]).toEqual([`${host}:${proxy.port}`, `${base}/`])
    expect((await visit(proxy, { host, path: pathname })).body).toContain('Change password')
  })

  it(`behind ${name}, ${place}, files and errors come from Rekey below its path, and from nobody else’s`, async () => {
    const style = await visit(proxy, { host, path: `${base}/assets/style.css` })
    expect([style.status, style.headers['content-type']]).toEqual([200, 'text/css; charset=utf-8'])
    const missing = await visit(proxy, { host, path: `${base}/api/v1/nothing` })
    expect([missing.status, JSON.parse(missing.body).code]).toEqual([404, 'not-found'])
    const contact = await visit(proxy, { host, path: `${base}/.well-known/security.txt` })
    expect(contact.body).toContain(`Contact: ${CONTACT}\n`)
    if (base === '') return
    const bare = await visit(proxy, { host, path: base })
    expect([200, 301]).toContain(bare.status)
    if (bare.status === 301) expect(bare.headers.location).toBe(`https://${host}:${proxy.port}${base}/`)
    for (const path of [
      `${base}s`,
      '/',
      '/.well-known/security.txt',
      '/api/v1/password-policy',
      '/roundcube',
    ]) {
      const other = await visit(proxy, { host, path })
      expect([path, other.headers['content-security-policy']]).toEqual([path, undefined])
    }
  })

  it(`behind ${name}, ${place}, who comes without TLS is led to it`, async () => {
    if (base !== '') return
    const { status, headers } = await visit(proxy, { host, path: '/x?y=z', plain: true })
    expect([301, 308]).toContain(status)
    expect(new URL(`${headers.location}`).protocol).toBe('https:')
    expect(headers.location).toMatch(/\/x\?y=z$/)
  })

  it(`behind ${name}, ${place}, is there again as soon as Rekey is`, async () => {
    await rekey.kill()
    for (const _ of [1, 2, 3]) expect((await change('127.0.0.8')).status).toBeGreaterThanOrEqual(502)
    rekey = await restart()
    expect((await change('127.0.0.8')).status).toBe(200)
  })
})
