import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { StoreUnavailable } from '../../src/core/outage.js'
import { createRedisPairStore } from '../../src/store/redis-pair-store.js'
import { atEnd } from './kit/at-end.js'
import { inStore, startRedis } from './kit/redis.js'

async function connect(): Promise<Redis> {
  const { port } = await startRedis()
  const client = new Redis(port, { maxRetriesPerRequest: 0, enableOfflineQueue: false, lazyConnect: true })
  await client.connect()
  atEnd(() => client.disconnect())
  return client
}

it('known pairs are remembered in Redis for all instances, the newest of them for 400 days', async () => {
  const client = await connect()
  const [one, other] = [createRedisPairStore(client, inStore, 2), createRedisPairStore(client, inStore, 2)]
  expect(await one.has('a')).toBe(false)
  await one.add('a')
  expect(await other.has('a')).toBe(true)
  await client.zadd('rekey:known-pairs', Date.now() - 401 * 24 * 60 * 60_000, 'old')
  expect(await one.has('old')).toBe(false)
  await client.zadd('rekey:known-pairs', Date.now() - 1000, 'a')
  await client.zadd('rekey:known-pairs', Date.now() - 500, 'b')
  await one.add('c')
  expect(await client.zrange('rekey:known-pairs', '0', '-1')).toEqual(['b', 'c'])
})

it('a Redis that can’t be reached can’t tell a known pair, and that is said', async () => {
  const client = await connect()
  const pairs = createRedisPairStore(client, inStore)
  client.disconnect()
  await expect(pairs.has('a')).rejects.toThrow(StoreUnavailable)
  await pairs.add('a')
})
