import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { StoreUnavailable } from '../../src/core/outage.js'
import { createRedisDurableStore } from '../../src/store/redis-durable-store.js'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { inStore, startRedis } from './kit/redis.js'
import { startRekey } from './kit/rekey.js'
import { scratchDirectory } from './kit/scratch.js'
import { diagnose, sharing } from './kit/store.js'

async function startStore(more: readonly string[] = []) {
  const redis = await startRedis(more)
  return { ...redis, store: createRedisDurableStore(redis.client, inStore) }
}

it('a value in Redis is there until it is removed or over, and no other key is touched', async () => {
  const { store, client } = await startStore()
  await client.set('rekey:owner:example.org', 'alice example.org')
  await store.set('a', 'one')
  await store.set('a', 'two €\n')
  await store.set('timed', 'soon over', Date.now() + 60_000)
  expect(await store.get('a')).toBe('two €\n')
  expect(await client.pttl('rekey:recovery:a')).toBe(-1)
  expect(await client.pttl('rekey:recovery:timed')).toBeGreaterThan(50_000)
  await store.set('timed', 'kept')
  expect(await client.pttl('rekey:recovery:timed')).toBe(-1)
  await store.set('over', 'gone', Date.now() - 1000)
  await expect.poll(() => store.get('over')).toBeUndefined()
  await store.delete('a')
  await store.delete('a')
  expect(await store.get('a')).toBeUndefined()
  expect((await client.keys('*')).toSorted()).toEqual(['rekey:owner:example.org', 'rekey:recovery:timed'])
})

it('a key in Redis is added once, whichever instances try at a time', async () => {
  const { port, client, store } = await startStore()
  const clients = [new Redis(port), new Redis(port)]
  atEnd(() => clients.forEach((each) => void each.disconnect()))
  const tries = clients.flatMap((each, index) => {
    const { add } = createRedisDurableStore(each, inStore)
    return [add('link', `${index}`, Date.now() + 60_000), add('link', `${index}`), add('kept', `${index}`)]
  })
  expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(2)
  expect(await client.pttl('rekey:recovery:kept')).toBe(-1)
  await store.delete('link')
  expect(await store.add('link', 'again')).toBe(true)
})

it('all values under a beginning are found in Redis, however many other keys there are', async () => {
  const { store, client } = await startStore()
  const names = Array.from({ length: 2500 }, (_none, index) => `${index}`)
  await client.mset(names.flatMap((name) => [`rekey:rate-limit:${name}`, '1']))
  await client.mset(names.flatMap((name) => [`rekey:recovery:address:${name}`, name]))
  for (const key of ['address', 'addresses:1', 'a*ress:1', 'x:address:1', 'a[d]ress:1'])
    await store.set(key, 'other')
  const found = await store.entries('address:')
  expect(found).toHaveLength(2500)
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(names.map((name) => [`address:${name}`, name])),
  )
  expect(await store.entries('a*ress')).toEqual([['a*ress:1', 'other']])
  expect(await store.entries('a[d]')).toEqual([['a[d]ress:1', 'other']])
  expect(await store.entries('nothing')).toEqual([])
})

it('a Redis that can’t be reached keeps nothing, and says so for each call', async () => {
  const { port } = await startStore()
  const client = new Redis(port, { enableOfflineQueue: false })
  client.disconnect()
  const store = createRedisDurableStore(client, inStore)
  for (const call of [
    () => store.get('a'),
    () => store.set('a', '1'),
    () => store.add('a', '1'),
    () => store.delete('a'),
    () => store.entries(''),
  ]) {
    await expect(call()).rejects.toThrow(StoreUnavailable)
  }
  expect(await store.readPersistence()).toMatchObject({ kind: 'unknown' })
})

it('a Redis with a log of its writes has all values after it was killed, and tells whether it has one', async () => {
  const directory = join(scratchDirectory('redis-log'), 'data')
  mkdirSync(directory)
  const redis = await startStore(['--dir', directory, '--appendonly', 'yes', '--appendfsync', 'always'])
  const { store, client } = redis
  await store.set('a', 'kept')
  expect(await store.readPersistence()).toEqual({ kind: 'log' })
  await redis.kill()
  await redis.start()
  await expect.poll(() => store.get('a').catch(() => 'not yet')).toBe('kept')
  await client.config('SET', 'appendonly', 'no')
  expect(await store.readPersistence()).toEqual({ kind: 'none' })
  await client.config('SET', 'save', '3600 1')
  expect(await store.readPersistence()).toEqual({ kind: 'snapshots' })
})

it('the log and the doctor tell whether the Redis of the recovery store saves its data, and for which user they can’t tell', async () => {
  const [panel, redis] = await Promise.all([startPanelSimulator(), startRedis()])
  atEnd(() => panel.close())
  const environment = (login = ''): Record<string, string> => ({
    ...sharing(`redis://${login}127.0.0.1:${redis.port}`),
    REKEY_RECOVERY_STORE: 'redis',
  })
  const said = async (login?: string): Promise<unknown[]> => {
    const rekey = await startRekey(panel, environment(login))
    await expect.poll(() => rekey.lines().some(({ event }) => event === 'ready')).toBe(true)
    return [
      rekey.lines().find(({ event }) => String(event).startsWith('recovery-store-'))?.event,
      await diagnose(panel, environment(login), 'recovery-store'),
    ]
  }
  expect(await said()).toEqual(['recovery-store-not-saved', 'recovery-store-not-saved'])
  const user = ['on', '>secret', '~rekey:*', '+@all', '-@dangerous', '+info']
  await redis.client.acl('SETUSER', 'rekey', ...user)
  expect(await said('rekey:secret@')).toEqual(['recovery-store-unchecked', 'recovery-store-unchecked'])
  await redis.client.acl('SETUSER', 'rekey', '+config|get')
  await redis.client.config('SET', 'save', '3600 1')
  expect(await said('rekey:secret@')).toEqual(['recovery-store-snapshots', 'recovery-store-snapshots'])
  await redis.client.config('SET', 'appendonly', 'yes')
  expect(await said('rekey:secret@')).toEqual([undefined, 'ok'])
  expect(await redis.client.keys('rekey:recovery:*')).toEqual([])
})
