import { randomUUID } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import type { HeldLock } from '../../src/core/domain-locks.js'
import { type Mailbox, parseMailbox } from '../../src/core/mailbox.js'
import { systemClock } from '../../src/lib/clock.js'
import { createRedisStore } from '../../src/store/redis-store.js'
import type { SharedStore } from '../../src/store/shared-store.js'
import { startRedis } from './kit/redis.js'

const redis = await startRedis()
const LOCK = 'rekey:lock:example.org'
const COUNT = 'rekey:rate-limit:test:a'
const UNDER_WAY = 'rekey:under-way:test:a'

function mailbox(address: string): Mailbox {
  const parsed = parseMailbox(address)
  if (!parsed) throw new Error(address)
  return parsed
}
const info = mailbox('info@example.org')
const sales = mailbox('sales@example.org')

/** The store of another instance, with a connection that isn't new. */
async function createStore(port = redis.port): Promise<SharedStore> {
  let offsetMs = 0
  const clock = { ...systemClock, now: () => systemClock.now() + offsetMs }
  const address = { at: { host: '127.0.0.1', port }, tls: false, database: 0 }
  const store = await createRedisStore(
    { ...address, username: undefined, password: undefined },
    { clock, randomId: randomUUID, report: () => undefined },
  )
  onTestFinished(() => store.close())
  offsetMs = 2000
  return store
}

interface Held {
  readonly lock: HeldLock
  end(): Promise<void>
}

/** Takes a lock and keeps it. */
async function take({ locks }: SharedStore, whose = info, maxWaitMs = 5000): Promise<Held> {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  return await new Promise((resolve, reject) => {
    const done = locks.run(whose, maxWaitMs, (lock) => {
      resolve({
        lock,
        async end() {
          release()
          await done
        },
      })
      return released
    })
    done.catch(reject)
  })
}

it('locks of two instances in one domain never overlap', async () => {
  const stores = await Promise.all([createStore(), createStore()])
  let inside = 0
  const most: number[] = []
  const locks = Array.from({ length: 50 }, (_, index) =>
    stores[index % 2]?.locks.run(index % 3 ? info : sales, 20_000, async () => {
      most.push(++inside)
      await redis.client.ping()
      inside -= 1
    }),
  )
  await Promise.all(locks)
  expect(most).toEqual(Array(50).fill(1))
  expect(await redis.client.exists(LOCK)).toBe(0)
})

it('locks of two instances in one domain come to those who wait, and to nobody who has waited too long', async () => {
  const [ours, theirs] = await Promise.all([createStore(), createStore()])
  const held = await take(ours)
  await expect(take(theirs, sales, 50)).rejects.toMatchObject({ code: 'panel-busy' })
  const next = take(theirs)
  await held.end()
  const { lock, end } = await next
  expect(lock.lastForMailboxMsAgo).toBeLessThan(1000)
  await end()
})

it('locks of two instances in one domain say when the mailbox last had one, also where its holder never came back', async () => {
  const store = await createStore()
  await redis.client.flushall()
  const first = await take(store)
  expect(first.lock.lastForMailboxMsAgo).toBe(Number.POSITIVE_INFINITY)
  await first.end()
  const other = await take(store, sales)
  expect(other.lock.lastForMailboxMsAgo).toBe(Number.POSITIVE_INFINITY)
  await other.end()
  await redis.client.pexpire('rekey:last-lock:info@example.org', 180_000 - 5000)
  const second = await take(store)
  expect(second.lock.lastForMailboxMsAgo).toBeGreaterThanOrEqual(5000)
  expect(second.lock.lastForMailboxMsAgo).toBeLessThan(10_000)
  await redis.client.del(LOCK)
  const third = await take(await createStore())
  expect(third.lock.lastForMailboxMsAgo).toBe(0)
  await third.end()
  await second.end()
})

it('locks of two instances in one domain end by themselves within half a minute where the holder has crashed', async () => {
  const [crashed, other] = await Promise.all([createStore(), createStore()])
  await take(crashed)
  await crashed.close()
  expect(await redis.client.pttl(LOCK)).toBeGreaterThan(25_000)
  expect(await redis.client.pttl(LOCK)).toBeLessThanOrEqual(30_000)
  const next = take(other)
  await redis.client.pexpire(LOCK, 1)
  await (await next).end()
})

it('locks of two instances in one domain are renewed by `confirm`, which tells if another has them', async () => {
  const store = await createStore()
  const held = await take(store)
  await redis.client.pexpire(LOCK, 10_000)
  await held.lock.confirm()
  expect(await redis.client.pttl(LOCK)).toBeGreaterThan(25_000)
  await redis.client.set(LOCK, 'another', 'PX', 30_000)
  await expect(held.lock.confirm()).rejects.toMatchObject({ code: 'store-unavailable' })
  await held.end()
  expect(await redis.client.get(LOCK)).toBe('another')
  await redis.client.del(LOCK)
})

it('locks of two instances in one domain that end in doubt keep the domain closed for half a minute', async () => {
  const store = await createStore()
  const held = await take(store)
  await redis.client.pexpire(LOCK, 10_000)
  held.lock.leaveInDoubt()
  await held.end()
  expect(await redis.client.pttl(LOCK)).toBeGreaterThan(25_000)
  await expect(take(store, info, 50)).rejects.toMatchObject({ reason: 'waited-too-long' })
  await redis.client.del(LOCK)
})

it('a Redis that was away and has forgotten everything gives a lock back to its holder before anybody else gets it', async () => {
  const [ours, theirs] = await Promise.all([createStore(), createStore()])
  const held = await take(ours)
  await redis.kill()
  await expect(held.lock.confirm()).rejects.toMatchObject({ code: 'store-unavailable' })
  await expect(take(theirs)).rejects.toMatchObject({ code: 'store-unavailable' })
  expect(await theirs.checkReadiness()).toMatchObject([{ code: 'store-unavailable' }])
  await redis.start()
  await expect.poll(() => theirs.checkReadiness()).toEqual([])
  let others = 0
  const next = take(theirs).then((lock) => {
    others += 1
    return lock
  })
  await expect.poll(() => redis.client.exists(LOCK)).toBe(1)
  await held.lock.confirm()
  expect(others).toBe(0)
  await held.end()
  await (await next).end()
})

it('counts that instances share are those of all, and are taken back without a trace', async () => {
  const limits = (await Promise.all([createStore(), createStore()])).map((store) => {
    return store.createLimitStore('test', 60_000)
  })
  const [ours, theirs] = limits
  if (!ours || !theirs) throw new Error('no stores')
  const first = await ours.increment('a')
  expect(first.totalHits).toBe(1)
  expect(await theirs.increment('a')).toMatchObject({ totalHits: 2, window: first.window })
  expect([await ours.read('a'), await theirs.read('b')]).toEqual([2, 0])
  expect(await redis.client.pttl(COUNT)).toBeGreaterThan(50_000)
  for (const _ of [1, 2, 3]) await ours.decrement('a', first.window)
  expect(await redis.client.exists(COUNT)).toBe(0)
  const next = await theirs.increment('a')
  expect(next).toMatchObject({ totalHits: 1, leftMs: 60_000 })
  await ours.resetKey('a')
  await theirs.decrement('a', next.window)
  expect(await redis.client.exists(COUNT)).toBe(0)
})

it('attempts under way are counted for all instances, until they end or their instance has been gone for three minutes', async () => {
  const limits = (await Promise.all([createStore(), createStore()])).map((store) => {
    return store.createLimitStore('test', 60_000)
  })
  const [ours, theirs] = limits
  if (!ours || !theirs) throw new Error('no stores')
  const first = await ours.begin('a')
  expect(first).toMatchObject({ totalHits: 1, others: 0 })
  const second = await theirs.begin('a')
  expect(second).toMatchObject({ totalHits: 2, window: first.window, others: 1 })
  await first.end()
  const third = await ours.begin('a')
  expect(third).toMatchObject({ totalHits: 3, others: 1 })
  expect(await redis.client.pttl(UNDER_WAY)).toBeGreaterThan(170_000)
  const [lost = ''] = await redis.client.zrange(UNDER_WAY, 0, '0')
  expect(Number(await redis.client.zscore(UNDER_WAY, lost)) - Date.now()).toBeGreaterThan(170_000)
  await redis.client.zadd(UNDER_WAY, Date.now() - 1, lost)
  const last = await ours.begin('a')
  expect(last).toMatchObject({ totalHits: 4, others: 1 })
  for (const each of [second, third, last]) await each.end()
  expect(await redis.client.exists(UNDER_WAY)).toBe(0)
})

it('counts that instances share are taken back only from the window that counted them', async () => {
  const limit = (await createStore()).createLimitStore('test', 60_000)
  const over = await limit.increment('a')
  await redis.client.del(COUNT)
  const current = await limit.increment('a')
  await limit.increment('a')
  await limit.decrement('a', over.window)
  expect((await limit.increment('a')).totalHits).toBe(3)
  await limit.decrement('a', current.window)
  expect((await limit.increment('a')).totalHits).toBe(3)
})
