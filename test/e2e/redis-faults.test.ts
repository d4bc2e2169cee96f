import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startRelay } from '../kit/relay.js'
import { type PanelSimulator, startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { startRedis } from './kit/redis.js'
import { MAIN, type Rekey, startRekey } from './kit/rekey.js'
import { scratchDirectory } from './kit/scratch.js'
import { change, diagnoseStore, sharing } from './kit/store.js'

/** A little more than twice the time after which a store is checked again. */
const SOON = { timeout: 8000, interval: 50 }

async function startPanel(): Promise<PanelSimulator> {
  const panel = await startPanelSimulator()
  atEnd(() => panel.close())
  return panel
}

async function faultsOf(rekey: Rekey): Promise<unknown> {
  const response = await fetch(`${rekey.url}/readyz`)
  return ((await response.json()) as { faults: unknown }).faults
}

/** What the log says about the store, in order. */
function storeEvents(rekey: Rekey): unknown[] {
  return rekey
    .lines()
    .filter(({ event }) => String(event).startsWith('store-'))
    .map(({ event, reason }) => (reason === undefined ? event : `${event} ${reason}`))
}

it('changes go on when a proxy hands on to another primary, though the demoted one keeps its connections', async () => {
  const [panel, first, second] = await Promise.all([startPanel(), startRedis(), startRedis()])
  const proxy = await startRelay(first.port)
  atEnd(proxy.close)
  const url = `redis://127.0.0.1:${proxy.port}`
  const rekey = await startRekey(panel, sharing(url))
  expect(await change(rekey)).toBe('changed')
  await first.client.replicaof('127.0.0.1', second.port)
  await expect
    .poll(() => faultsOf(rekey), SOON)
    .toContainEqual({ code: 'store-unavailable', reason: 'READONLY' })
  expect(await change(rekey)).toBe('store-unavailable')
  expect(await diagnoseStore(panel, url)).toBe('store-read-only')

  proxy.forwardTo(second.port)
  await expect.poll(() => change(rekey), SOON).toBe('changed')
  await expect
    .poll(() => storeEvents(rekey), SOON)
    .toEqual(['store-ready', 'store-lost READONLY', 'store-ready'])
})

it('a Redis that has no memory left, can’t save, or may remove locks is not ready, by name, until that is mended', async () => {
  const directory = join(scratchDirectory('redis-saves'), 'data')
  mkdirSync(directory)
  const [panel, redis] = await Promise.all([startPanel(), startRedis(['--enable-protected-configs', 'yes'])])
  const url = `redis://127.0.0.1:${redis.port}`
  const rekey = await startRekey(panel, sharing(url))
  const ready = () => expect.poll(() => faultsOf(rekey), SOON).toEqual([])
  await ready()

  await redis.client.config('SET', 'maxmemory', '1')
  expect(await change(rekey)).toBe('store-unavailable')
  await expect.poll(() => rekey.attempts().at(-1)).toMatchObject({ reason: 'OOM' })
  expect(await faultsOf(rekey)).toEqual([{ code: 'store-unavailable', reason: 'OOM' }])
  expect(await diagnoseStore(panel, url)).toBe('store-full')
  await redis.client.config('SET', 'maxmemory', '0')
  await ready()

  await redis.client.config('SET', 'dir', directory)
  await redis.client.config('SET', 'save', '3600 1')
  rmSync(directory, { recursive: true })
  await redis.client.bgsave()
  await expect.poll(() => faultsOf(rekey), SOON).toEqual([{ code: 'store-unavailable', reason: 'MISCONF' }])
  expect(await diagnoseStore(panel, url)).toBe('store-not-saving')
  await redis.client.config('SET', 'save', '')
  await ready()

  await redis.client.config('SET', 'maxmemory-policy', 'allkeys-lru')
  await expect.poll(() => faultsOf(rekey), SOON).toEqual([{ code: 'store-evicts', reason: 'allkeys-lru' }])
  expect(await diagnoseStore(panel, url)).toBe('store-evicts')
  const started = await startRekey(panel, sharing(url))
  await expect
    .poll(() => started.lines().find(({ event }) => event === 'not-ready'), SOON)
    .toMatchObject({ faults: [{ code: 'store-evicts', reason: 'allkeys-lru' }] })
  await redis.client.config('SET', 'maxmemory-policy', 'noeviction')
  await ready()
  expect(storeEvents(rekey)).toEqual([
    'store-ready',
    'store-lost OOM',
    'store-ready',
    'store-lost MISCONF',
    'store-ready',
    'store-evicts allkeys-lru',
    'store-ready',
  ])
})

it('a user of Redis who may not run INFO is served, and the log and the doctor say what they don’t know', async () => {
  const [panel, redis] = await Promise.all([startPanel(), startRedis()])
  const user = ['on', '>secret', '~rekey:*', '+@all', '-@dangerous']
  await redis.client.acl('SETUSER', 'rekey', ...user)
  const url = `redis://rekey:secret@127.0.0.1:${redis.port}`
  const rekey = await startRekey(panel, sharing(url))
  expect(await change(rekey)).toBe('changed')
  expect(await faultsOf(rekey)).toEqual([])
  expect(storeEvents(rekey)).toEqual(['store-unchecked NOPERM'])
  expect(await diagnoseStore(panel, url)).toBe('store-unchecked')
  await redis.client.acl('SETUSER', 'rekey', '+info')
  expect(await diagnoseStore(panel, url)).toBe('ok')
})

it('a database that Redis doesn’t have is not replaced by another', async () => {
  const [panel, redis] = await Promise.all([startPanel(), startRedis()])
  const url = `redis://127.0.0.1:${redis.port}/99`
  const rekey = await startRekey(panel, sharing(url))
  expect(await change(rekey)).toBe('store-unavailable')
  expect(await diagnoseStore(panel, url)).toBe('store-refused')
  expect(await redis.client.dbsize()).toBe(0)
})

it('a cluster is refused by name at the start and by the doctor, though one node has all slots', async () => {
  const [panel, redis] = await Promise.all([startPanel(), startRedis(['--cluster-enabled', 'yes'])])
  await redis.client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await expect.poll(() => redis.client.call('CLUSTER', 'INFO')).toContain('cluster_state:ok')
  const url = `redis://127.0.0.1:${redis.port}`
  const { status, stdout } = spawnSync(process.execPath, [MAIN], {
    env: { HESTIA_URL: 'https://panel.example:8083', HESTIA_API_KEY: 'key', ...sharing(url) },
    encoding: 'utf8',
    timeout: 20_000,
  })
  expect(status).toBe(1)
  expect(stdout).toContain('"event":"store-is-cluster","reason":"CROSSSLOT"')
  expect(await diagnoseStore(panel, url)).toBe('store-is-cluster')
})
