import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { waitedMs } from '../../src/http/request-start.js'
import { startApache } from './kit/apache.js'
import { atEnd } from './kit/at-end.js'
import { startCaddy } from './kit/caddy.js'
import { adapt, type Changes } from './kit/deploy-file.js'
import { startComposeNginx, startNginx, startPanelNginx, WEBMAIL_HOST } from './kit/nginx.js'
import { HOSTS } from './kit/proxy-setup.js'
import { scratchDirectory } from './kit/scratch.js'
import { visit } from './kit/visit.js'

/** Longer than the time-out of a proxy that is set to one second. */
const POST_TAKES_MS = 5000

/** Answers with the request as it arrives behind the proxy. A POST has to wait for it. */
async function startEcho(): Promise<string> {
  const server = createServer(async ({ method, headers }, response) => {
    if (method === 'POST') await setTimeout(POST_TAKES_MS, undefined, { ref: false })
    response.end(JSON.stringify(headers))
  })
  atEnd(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const NGINX_FILES = ['nginx.conf', 'compose-nginx.conf', 'hestia/rekey.inc']

const OWN = { host: HOSTS.own, base: '' }
const SHARED = { host: HOSTS.shared, base: '/password' }

const files = [
  { file: 'nginx.conf', start: startNginx, places: [OWN, SHARED] },
  { file: 'Caddyfile', start: startCaddy, places: [OWN, SHARED] },
  { file: 'apache.conf', start: startApache, places: [OWN, SHARED] },
  {
    file: 'compose-nginx.conf',
    start: (url: string, changes?: Changes) => startComposeNginx([url, url], changes),
    places: [{ host: 'localhost', base: '' }],
  },
  {
    file: 'hestia/rekey.inc',
    start: startPanelNginx,
    places: [{ host: WEBMAIL_HOST, base: '/password' }],
  },
]

describe.each(files)('a proxy by deploy/$file', ({ file, start, places }) => {
  it(`a proxy by deploy/${file} hands on the host, of addresses the person’s alone, and keeps no connection`, async () => {
    const proxy = await start(await startEcho())
    const headers = { 'x-forwarded-for': '203.0.113.9, 127.0.0.1', 'x-request-start': 't=1.000' }
    for (const { host, base } of places) {
      for (const path of [`${base}/`, '/.well-known/change-password']) {
        const sentMs = Date.now()
        const { body } = await visit(proxy, { host, path, headers, from: '127.0.0.9' })
        const received = JSON.parse(body)
        // nginx updates its clock only now and then. The answer came within seconds.
        const waited = waitedMs(received['x-request-start'], sentMs + 60_000)
        expect(waited).toBeGreaterThan(50_000)
        expect(waited).toBeLessThan(60_100)
        expect(received).toMatchObject({
          host: `${host}:${proxy.port}`,
          'x-forwarded-for': '127.0.0.9',
          connection: 'close',
        })
      }
    }
  })

  it(`a proxy by deploy/${file} waits for a change as long as the file says, which is 180 seconds`, async () => {
    const proxy = await start(await startEcho(), { '180': '1' })
    const change = ({ host, base }: (typeof places)[number]) =>
      visit(proxy, { host, path: `${base}/`, body: '{}' })
    for (const { status } of await Promise.all(places.map(change))) expect([502, 504]).toContain(status)
  })
})

describe.each(files.filter(({ file }) => NGINX_FILES.includes(file)))(
  'nginx by deploy/$file',
  ({ file, start, places }) => {
    it(`nginx by deploy/${file} hands on 20 posts of one address at once and refuses more, and holds up no page and nobody else`, async () => {
      const proxy = await start(await startEcho())
      for (const { host, base } of places) {
        const path = `${base}/`
        const post = (from: string) => visit(proxy, { host, path, body: '{}', from })
        const posts = Promise.all(Array.from({ length: 22 }, () => post('127.0.0.9')))
        expect((await visit(proxy, { host, path, from: '127.0.0.9' })).status).toBe(200)
        expect((await post('127.0.0.10')).status).toBe(200)
        const statuses = (await posts).map(({ status }) => status)
        expect(statuses.toSorted()).toEqual([...Array(20).fill(200), 429, 429])
      }
    })
  },
)

const ON_SOCKET = files.filter(({ file }) => file !== 'compose-nginx.conf')

it.each(ON_SOCKET)(
  'a proxy by deploy/$file reaches Rekey by the socket that systemd makes',
  async ({ start, places }) => {
    const path = join(scratchDirectory('socket'), 'rekey.sock')
    const server = createServer(({ headers, url }, response) => void response.end(`${url} ${headers.host}`))
    atEnd(() => server.close())
    await once(server.listen(path), 'listening')
    chmodSync(path, 0o666)
    const proxy = await start(`unix:${path}`)
    for (const { host, base } of places) {
      const { body } = await visit(proxy, { host, path: `${base}/?x=%2F` })
      expect(body).toBe(`${base}/?x=%2F ${host}:${proxy.port}`)
    }
  },
)

// Older versions close them by default, so a real nginx of Debian wouldn't show it.
it.each(NGINX_FILES)('in deploy/%s, each place tells any nginx to keep no connection', (file) => {
  const places = adapt(file, {}).split('proxy_pass ').slice(1)
  expect(places.filter((place) => !place.includes('proxy_set_header Connection close;'))).toEqual([])
  expect(places.length).toBeGreaterThan(0)
})
