import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

it('a million addresses in each of three limits leave a process under 200 MB, and 50 MB of it in use', () => {
  const script = `
    const { createMemoryLimitStore } = await import('./dist/store/memory-limit-store.js')
    await import('./dist/service/app.js')
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
  // When garbage is collected would otherwise depend on how busy the machine is, and the size of the process on that.
  const args = ['--expose-gc', '--input-type=module', '-e', script]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(stderr).toBe('')
  const { rss, heapUsed } = JSON.parse(stdout)
  expect(rss / 1e6).toBeLessThan(200)
  expect(heapUsed / 1e6).toBeLessThan(50)
}, 60_000)
