import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Challenge } from '../../src/core/puzzle.js'
import { encode, solve } from '../kit/puzzle.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import { createCertificate } from '../panel-simulator/server/certificate.js'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { freePort } from './kit/programs.js'
import { LINK_KEY, startRedis } from './kit/redis.js'
import { MAIN, type Rekey, startRekey } from './kit/rekey.js'
import { scratchDirectory } from './kit/scratch.js'

const NO_LIMITS = {
  REKEY_LIMIT_ADDRESS: '1000/1h',
  REKEY_LIMIT_NETWORK: '1000/1h',
  REKEY_LIMIT_FAILURES: '1000/1h',
  REKEY_LIMIT_TARGET: '1000/1h',
  REKEY_LIMIT_CEILING: '1000/24h',
}
const MAILBOXES = ['info', 'sales', 'legacy'].map((name) => `${name}@example.org`)

async function startPanel() {
  const panel = await startPanelSimulator()
  atEnd(() => panel.close())
  return panel
}

interface Try {
  readonly email?: string
  readonly password?: string
  readonly newPassword?: string
}

/** A change in example.org with alice's hosting account. */
async function change(rekey: Rekey, { email = 'info@example.org', password, newPassword }: Try = {}) {
  const response = await fetch(`${rekey.url}/api/v1/password-changes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email,
      newPassword: newPassword ?? 'a wholly new secret',
      account: { username: 'alice', password: password ?? 'alice panel pw' },
    }),
  })
  return ((await response.json()) as { code: string }).code
}

it('two instances and 200 changes in one domain leave its login file whole', async () => {
  const [panel, redis] = await Promise.all([startPanel(), startRedis()])
  const environment = {
    ...NO_LIMITS,
    HESTIA_MAX_QUEUE: '1000',
    REKEY_REQUEST_TIMEOUT_MS: '60000',
    REKEY_REDIS_URL: `redis://127.0.0.1:${redis.port}/3`,
    REKEY_LINK_KEY: LINK_KEY,
  }
  const instances = await Promise.all([startRekey(panel, environment), startRekey(panel, environment)])
  const changes = Array.from({ length: 200 }, (_, index) => {
    const email = MAILBOXES[index % 3] as string
    return change(instances[index % 2] as Rekey, { email, newPassword: `a wholly new secret ${index}` })
  })
  expect(new Set(await Promise.all(changes))).toEqual(new Set(['changed']))
  for (const email of MAILBOXES) {
    const stored = panel.mailbox(email)
    expect(stored?.loginLines).toHaveLength(1)
    expect(stored?.loginLines[0]).toContain(stored?.hash)
  }
  expect(panel.calls.filter(({ command, args }) => command === CHANGE && args.length > 0)).toHaveLength(200)
})

it('instances share limits and leave the panel alone together', async () => {
  const [panel, redis] = await Promise.all([startPanel(), startRedis()])
  const environment = {
    REKEY_LIMIT_FAILURES: '2/15m',
    REKEY_REDIS_URL: `unix://${redis.socket}`,
    REKEY_LINK_KEY: LINK_KEY,
  }
  const [one, other] = await Promise.all([startRekey(panel, environment), startRekey(panel, environment)])
  expect(await change(one)).toBe('changed')
  expect(await change(other, { newPassword: 'another new secret' })).toBe('changed')
  expect(await change(one, { password: 'wrong' })).toBe('invalid-credentials')
  expect(await change(other, { password: 'wrong' })).toBe('invalid-credentials')
  expect(await change(one)).toBe('too-many-attempts')
  expect(await change(other)).toBe('too-many-attempts')
  await redis.client.flushall()

  panel.switches.keyRevoked = true
  expect(await change(one)).toBe('panel-misconfigured')
  const calls = panel.refusedKeys
  expect(await change(other)).toBe('panel-misconfigured')
  expect(panel.refusedKeys).toBe(calls)
  const keys = await redis.client.keys('*')
  expect(keys.filter((key) => key.startsWith('rekey:key-cooldown:'))).toHaveLength(1)
  expect(keys.every((key) => key.startsWith('rekey:'))).toBe(true)
})

it('an owner who changes more mailboxes at once than may fail gets all of them, at whichever instance', async () => {
  const [panel, redis] = await Promise.all([startPanel(), startRedis()])
  const environment = {
    REKEY_LIMIT_FAILURES: '1/15m',
    REKEY_REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    REKEY_LINK_KEY: LINK_KEY,
  }
  const [one, other] = await Promise.all([startRekey(panel, environment), startRekey(panel, environment)])
  const codes = MAILBOXES.flatMap((email) =>
    [one, other].map((rekey, index) => change(rekey, { email, newPassword: `a wholly new secret ${index}` })),
  )
  expect(await Promise.all(codes)).toEqual(codes.map(() => 'changed'))
  expect(await redis.client.keys('rekey:under-way:*')).toEqual([])
})

it('a puzzle that one instance poses opens one try at another', async () => {
  const [panel, redis] = await Promise.all([startPanel(), startRedis()])
  const environment = {
    REKEY_LIMIT_TARGET: '1/1h',
    REKEY_TRUST_PROXY: '1',
    REKEY_REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    REKEY_LINK_KEY: LINK_KEY,
  }
  const [one, other] = await Promise.all([startRekey(panel, environment), startRekey(panel, environment)])
  const attempt = async (rekey: Rekey, from: string, more = {}) => {
    const response = await fetch(`${rekey.url}/api/v1/password-changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
      body: JSON.stringify({
        email: 'info@example.org',
        newPassword: 'a wholly new secret',
        account: { username: 'alice', password: 'wrong' },
        ...more,
      }),
    })
    return (await response.json()) as { code: string; challenge?: Challenge }
  }
  expect(await attempt(one, '203.0.113.1')).toMatchObject({ code: 'invalid-credentials' })
  const { challenge } = await attempt(one, '203.0.113.2')
  const solution = encode(solve(challenge as Challenge))
  const tries = [one, other, one, other].map((rekey, index) =>
    attempt(rekey, `203.0.113.${10 + index}`, { solution }),
  )
  const codes = (await Promise.all(tries)).map(({ code }) => code)
  expect(codes.toSorted()).toEqual(['invalid-credentials', ...Array(3).fill('too-many-attempts')])
  expect(await redis.client.keys('rekey:once:puzzle:*')).toHaveLength(1)
})

it('refuses changes while the store is away, says so, and recovers', async () => {
  const [panel, redis] = await Promise.all([startPanel(), startRedis()])
  const rekey = await startRekey(panel, {
    ...NO_LIMITS,
    REKEY_REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    REKEY_LINK_KEY: LINK_KEY,
  })
  expect(await change(rekey)).toBe('changed')
  const held = panel.hold(CHANGE)
  const underWay = change(rekey, { newPassword: 'another new secret' })
  await held.arrived
  await redis.kill()
  expect(await change(rekey)).toBe('store-unavailable')
  const readiness = await fetch(`${rekey.url}/readyz`)
  expect([readiness.status, await readiness.json()]).toEqual([
    503,
    { status: 'not-ready', faults: [{ code: 'store-unavailable', reason: expect.any(String) }] },
  ])
  held.release()
  expect(await underWay).toBe('changed')
  expect(await panel.accepts('info@example.org', 'another new secret')).toBe(true)
  const calls = panel.calls.length

  await redis.start()
  await expect.poll(async () => (await fetch(`${rekey.url}/readyz`)).status).toBe(200)
  expect(panel.calls).toHaveLength(calls)
  expect(await change(rekey)).toBe('changed')
  const events = rekey.lines().map(({ event }) => event)
  expect(events.filter((event) => String(event).startsWith('store-'))).toEqual([
    'store-ready',
    'store-lost',
    'store-ready',
  ])
})

it('starts without the store and serves when it is there', async () => {
  const [panel, redis] = await Promise.all([startPanel(), startRedis()])
  await redis.kill()
  const rekey = await startRekey(panel, {
    ...NO_LIMITS,
    REKEY_REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    REKEY_LINK_KEY: LINK_KEY,
  })
  expect(await change(rekey)).toBe('store-unavailable')
  await redis.start()
  await expect.poll(() => change(rekey)).toBe('changed')
})

it('ends where its port is taken, though the store is there', async () => {
  const redis = await startRedis()
  const { status, stdout } = spawnSync(process.execPath, [MAIN], {
    env: {
      HESTIA_URL: 'https://panel.example:8083',
      HESTIA_API_KEY: 'key',
      REKEY_REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      REKEY_LINK_KEY: LINK_KEY,
      REKEY_PORT: `${redis.port}`,
    },
    encoding: 'utf8',
    timeout: 20_000,
  })
  expect(stdout).toContain('"event":"listen-failed"')
  expect(status).toBe(1)
})

it('takes a password and TLS, and logs neither a wrong password nor what Redis says', async () => {
  const directory = scratchDirectory('redis-tls')
  const { certificate, key } = await createCertificate()
  const [certificateFile, keyFile] = [join(directory, 'certificate.pem'), join(directory, 'key.pem')]
  writeFileSync(certificateFile, certificate)
  writeFileSync(keyFile, key)
  const tlsPort = await freePort()
  const redis = await startRedis([
    ...['--requirepass', 'canary right', '--tls-port', `${tlsPort}`, '--tls-auth-clients', 'no'],
    ...['--tls-cert-file', certificateFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', certificateFile],
  ])
  const panel = await startPanel()
  const start = (url: string, more = {}) =>
    startRekey(panel, { ...NO_LIMITS, ...more, REKEY_REDIS_URL: url, REKEY_LINK_KEY: LINK_KEY })
  const right = await start(`redis://:canary%20right@127.0.0.1:${redis.port}`)
  expect(await change(right)).toBe('changed')
  const encrypted = await start(`rediss://default:canary%20right@localhost:${tlsPort}`, {
    NODE_EXTRA_CA_CERTS: certificateFile,
  })
  expect(await change(encrypted)).toBe('changed')
  const unverified = await start(`rediss://default:canary%20right@localhost:${tlsPort}`, {
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
  })
  expect(await change(unverified)).toBe('store-unavailable')
  const wrong = await start(`redis://:canary%20wrong@127.0.0.1:${redis.port}`)
  expect(await change(wrong)).toBe('store-unavailable')
  for (const rekey of [right, encrypted, unverified, wrong]) {
    expect(JSON.stringify(rekey.lines())).not.toContain('canary')
  }
})
