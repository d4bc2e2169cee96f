import { spawnSync } from 'node:child_process'
import type { Options, Store } from 'express-rate-limit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryLimitStore } from '../../src/abuse/memory-limit-store.js'

const WINDOW_MS = 60_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 0 }))
afterEach(() => void vi.useRealTimers())

function createStore(maxKeys?: number): Store {
  const store = createMemoryLimitStore(maxKeys)
  store.init?.({ windowMs: WINDOW_MS } as Options)
  return store
}

async function hits(store: Store, key: string): Promise<number> {
  const { totalHits } = await store.increment(key)
  return totalHits
}

describe('counts in memory', () => {
  it('begin anew when the window of the first hit is over', async () => {
    const store = createStore()
    expect(await store.increment('a')).toEqual({ totalHits: 1, resetTime: new Date(WINDOW_MS) })
    vi.setSystemTime(WINDOW_MS - 1)
    expect(await store.increment('a')).toEqual({ totalHits: 2, resetTime: new Date(WINDOW_MS) })
    vi.setSystemTime(WINDOW_MS)
    expect(await store.increment('a')).toEqual({ totalHits: 1, resetTime: new Date(2 * WINDOW_MS) })
  })

  it('are taken back by one or as a whole, and never below nothing', async () => {
    const store = createStore()
    await store.decrement('a')
    expect(await hits(store, 'a')).toBe(1)
    await store.decrement('a')
    await store.decrement('a')
    expect(await hits(store, 'a')).toBe(1)
    expect(await hits(store, 'a')).toBe(2)
    await store.resetKey('a')
    expect(await hits(store, 'a')).toBe(1)
    vi.setSystemTime(WINDOW_MS)
    await store.decrement('a')
    expect(await hits(store, 'a')).toBe(1)
  })

  it('give way, the oldest window first, where there are too many', async () => {
    const store = createStore(3)
    for (const key of ['a', 'b', 'c', 'a']) {
      await store.increment(key)
      vi.setSystemTime(Date.now() + 1)
    }
    await store.increment('d')
    expect(await hits(store, 'b')).toBe(2)
    expect(await hits(store, 'd')).toBe(2)
    expect(await hits(store, 'a')).toBe(1)
    expect(await hits(store, 'b')).toBe(1)
  })

  it('of a million addresses in each of three limits leave a process under 200 MB, and 50 MB of it in use', () => {
    const script = `
      const { createMemoryLimitStore } = await import('./dist/abuse/memory-limit-store.js')
      await import('./dist/app.js')
      const stores = [1, 2, 3].map(() => createMemoryLimitStore())
      for (const store of stores) store.init({ windowMs: 3_600_000 })
      for (let index = 0; index < 1_000_000; index++) {
        const address = '2001:db8:' + (index >> 16).toString(16) + ':' + (index & 65535).toString(16) + '00::/56'
        for (const store of stores) store.increment('mailbox info@example.org from ' + address)
        if (index % 1000 === 0) await new Promise(setImmediate)
        if (index % 20_000 === 0) gc()
      }
      gc()
      const { rss, heapUsed } = process.memoryUsage()
      console.log(JSON.stringify({ rss, heapUsed, stores: stores.length }))`
    // When garbage is collected would else depend on how busy the machine is, and the size of the process on that.
    const args = ['--expose-gc', '--input-type=module', '-e', script]
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    expect(stderr).toBe('')
    const { rss, heapUsed } = JSON.parse(stdout)
    expect(rss / 1e6).toBeLessThan(200)
    expect(heapUsed / 1e6).toBeLessThan(50)
  }, 60_000)
})
