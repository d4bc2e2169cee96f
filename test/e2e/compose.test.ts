import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { startFullPort } from '../kit/full-port.js'
import { type PanelSimulator, startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { ROOT } from './kit/checkout.js'
import { startComposeNginx } from './kit/nginx.js'
import type { FrontProxy } from './kit/proxy-setup.js'
import { LINK_KEY, startRedis } from './kit/redis.js'
import { type Rekey, startRekey } from './kit/rekey.js'
import { scratchDirectory } from './kit/scratch.js'
import { visit } from './kit/visit.js'
import { startVisitorsFromElsewhere } from './kit/visitors.js'

interface Service {
  readonly image: string
  readonly profiles: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly secrets?: readonly { source: string }[]
  readonly networks?: Readonly<Record<string, unknown>>
  readonly ports?: readonly unknown[]
  readonly [option: string]: unknown
}

/** What compose reads in the directory. */
function servicesOf(cwd: string): Readonly<Record<string, Service>> {
  const config = ['--profile', 'single', '--profile', 'shared', 'config']
  return parse(execFileSync('docker-compose', config, { cwd, encoding: 'utf8' })).services
}

const services = servicesOf(join(ROOT, 'deploy'))

it('compose.yaml takes the quotes of a value off', () => {
  const directory = scratchDirectory('compose')
  for (const file of ['compose.yaml', 'rekey.env']) cpSync(join(ROOT, 'deploy', file), join(directory, file))
  appendFileSync(join(directory, 'rekey.env'), "REKEY_MAIL_FROM='Example Mail <postmaster@example.com>'\n")
  expect(servicesOf(directory).rekey?.environment).toMatchObject({
    REKEY_MAIL_FROM: 'Example Mail <postmaster@example.com>',
  })
})

it('compose.yaml has one service in the one profile, and two that share a store behind nginx in the other', () => {
  const inProfile = (name: string): string[] =>
    Object.keys(services).filter((service) => services[service]?.profiles.includes(name))
  expect(inProfile('single')).toEqual(['rekey'])
  expect(inProfile('shared').sort()).toEqual(['nginx', 'redis', 'rekey-1', 'rekey-2'])
  const store = Object.keys(services).filter(
    (name) => services[name]?.networks && 'store' in services[name].networks,
  )
  expect(store.sort()).toEqual(['redis', 'rekey-1', 'rekey-2'])
  expect(Object.keys(services).filter((name) => services[name]?.ports)).toEqual(['nginx', 'rekey'])
  expect(services.rekey?.ports).toEqual(['127.0.0.1:8080:8080/tcp'])
})

it('compose.yaml has a Redis that refuses writes rather than remove locks to make room', () => {
  expect(services.redis?.command).toEqual(expect.arrayContaining(['--maxmemory-policy', 'noeviction']))
})

it('compose.yaml builds walls round each, of an exact version', () => {
  for (const service of Object.values(services)) {
    expect(service).toMatchObject({
      image: expect.stringMatching(/:\d+\.\d+\.\d+(-alpine)?$/),
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
  }
})

it('compose.yaml gives Rekey its secrets as files, time to stop, and the version of the package', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  for (const name of ['rekey', 'rekey-1', 'rekey-2']) {
    const shares = name !== 'rekey'
    expect(services[name]).toMatchObject({
      image: `rekey:${version}`,
      environment: {
        HESTIA_SECRET_KEY_FILE: '/run/secrets/secret-key',
        HESTIA_ACCESS_KEY: '',
        ...(shares && { REKEY_LINK_KEY_FILE: '/run/secrets/link-key' }),
      },
      secrets: [{ source: 'secret-key' }, ...(shares ? [{ source: 'link-key' }] : [])],
      stop_grace_period: '75s',
    })
  }
})

describe('two instances behind the nginx of compose.yaml', () => {
  let panel: PanelSimulator
  let instances: readonly [Rekey, Rekey]
  let proxy: FrontProxy

  beforeAll(async () => {
    panel = await startPanelSimulator()
    atEnd(() => panel.close())
    const redis = await startRedis()
    const environment = {
      REKEY_TRUST_PROXY: '1',
      REKEY_LIMIT_ADDRESS: '4/15m',
      REKEY_REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      REKEY_LINK_KEY: LINK_KEY,
    }
    instances = await Promise.all([startRekey(panel, environment), startRekey(panel, environment)])
    // An instance that can't reach the store at once gets more time, as in production.
    for (const { url } of instances) {
      const expectReady = async () => expect((await fetch(`${url}/readyz`)).status).toBe(200)
      await vi.waitFor(expectReady, { timeout: 20_000, interval: 100 })
    }
    proxy = await startComposeNginx([instances[0].url, instances[1].url])
  })

  /** The status, and the code if it is a refusal. */
  async function change(from: string, through = proxy, password = 'alice panel pw'): Promise<string> {
    const { status, body } = await visit(through, {
      host: 'localhost',
      path: '/api/v1/password-changes',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        email: 'info@example.org',
        newPassword: 'a wholly new secret',
        account: { username: 'alice', password },
      }),
      from,
    })
    return `${status} ${JSON.parse(body).code}`
  }

  it('two instances behind the nginx of compose.yaml both serve, and count a visitor together', async () => {
    const urls = await Promise.all(instances.map(({ url }) => startVisitorsFromElsewhere(url)))
    const [first = '', second = ''] = urls
    const proxy = await startComposeNginx([first, second])
    const statuses = []
    for (let count = 0; count < 5; count += 1) statuses.push(await change('127.0.0.5', proxy, 'wrong'))
    expect(statuses).toEqual([...Array(4).fill('403 invalid-credentials'), '429 too-many-attempts'])
    for (const { attempts } of instances) {
      expect(attempts().length).toBeGreaterThan(0)
      expect(new Set(attempts().map(({ clientAddress }) => clientAddress))).toEqual(new Set(['203.0.113.5']))
    }
  })

  it('two instances behind the nginx of compose.yaml one that does not even take a connection is passed over soon', async () => {
    const proxy = await startComposeNginx([`http://127.0.0.1:${await startFullPort()}`, instances[1].url], {
      'proxy_connect_timeout 5s': 'proxy_connect_timeout 1s',
    })
    for (const from of ['127.0.0.7', '127.0.0.8']) expect(await change(from, proxy)).toBe('200 changed')
  })

  it('two instances behind the nginx of compose.yaml nobody notices that one has gone, and no change is made twice', async () => {
    await instances[0].kill()
    const before = instances[1].attempts().length
    for (let count = 0; count < 4; count += 1) expect(await change('127.0.0.6')).toBe('200 changed')
    expect(instances[1].attempts().length).toBe(before + 4)
  })
})
