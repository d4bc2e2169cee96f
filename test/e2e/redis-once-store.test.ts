import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { StoreUnavailable } from '../../src/core/outage.js'
import { createRedisOnceStore } from '../../src/store/redis-once-store.js'
import { atEnd } from './kit/at-end.js'
import { inStore, startRedis } from './kit/redis.js'

it('an ID is used up once in Redis, whichever instances try at a time, and is remembered for its time', async () => {
  const { port, client } = await startRedis()
  const clients = [new Redis(port), new Redis(port)]
  atEnd(() => clients.forEach((each) => void each.disconnect()))
  const tries = clients.flatMap((each) => {
    const { use } = createRedisOnceStore(each, inStore)
    return [use('one', 60_000), use('one', 60_000)]
  })
  expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1)
  const leftMs = await client.pttl('rekey:once:one')
  expect(leftMs).toBeGreaterThan(50_000)
  expect(leftMs).toBeLessThanOrEqual(60_000)
})

it('a Redis that can’t be reached does not tell whether an ID was used', async () => {
  const { port } = await startRedis()
  const client = new Redis(port, { enableOfflineQueue: false })
  client.disconnect()
  await expect(createRedisOnceStore(client, inStore).use('one', 1000)).rejects.toThrow(StoreUnavailable)
})
