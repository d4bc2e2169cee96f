import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { start, startPanel } from '../kit/process.js'
import { simulatorEnvironment } from '../kit/service.js'

/** The largest resident memory that a process has had so far (MB). */
function mostResidentMb(pid: number | undefined): number {
  const [, kilobytes = ''] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return (Number(kilobytes) * 1024) / 1e6
}

it.runIf(process.platform === 'linux')(
  'a service that is ready has never taken 2.5 times the memory of a bare server',
  async () => {
    const program = "require('node:http').createServer().listen(0, () => console.log('listening'))"
    const bare = spawn(process.execPath, ['-e', program])
    onTestFinished(() => void bare.kill())
    await once(bare.stdout, 'data')
    const panel = await startPanel()
    const service = start(simulatorEnvironment(panel))
    await service.logged('ready')
    // 1.8 times with Node 20, 2.4 with Node 24. It was 2.7 with Node 20 before the program was bundled.
    expect(mostResidentMb(service.child.pid) / mostResidentMb(bare.pid)).toBeLessThan(2.5)
  },
)

it('a million addresses in each of three limits let a process that runs as installed grow by less than 60 MB, and keep 40 MB of it in use', () => {
  const script = `
    const { createMemoryLimitStore } = await import('./src/store/memory-limit-store.ts')
    const { systemClock } = await import('./src/lib/clock.ts')
    const stores = [1, 2, 3].map(() => createMemoryLimitStore(systemClock, 3_600_000))
    gc()
    const before = process.memoryUsage()
    for (let index = 0; index < 1_000_000; index++) {
      const address = '2001:db8:' + (index >> 16).toString(16) + ':' + (index & 65535).toString(16) + '00::/56'
      for (const store of stores) store.increment('mailbox info@example.org from ' + address)
      if (index % 1000 === 0) await new Promise(setImmediate)
      if (index % 20_000 === 0) gc()
    }
    gc()
    const after = process.memoryUsage()
    const grownBy = (name) => (after[name] - before[name]) / 1e6
    console.log(JSON.stringify({ rss: grownBy('rss'), heapUsed: grownBy('heapUsed'), stores: stores.length }))`
  // Otherwise the time of garbage collection, and with it the size of the process, would depend on how busy the machine is. The
  // unit and the image give Node this little for short-lived objects, which otherwise take up to 48 MB, depending on the release.
  const args = [
    '--max-semi-space-size=1',
    '--max-old-space-size=1024',
    '--import',
    'tsx',
    '--expose-gc',
    '--input-type=module',
    '-e',
    script,
  ]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(stderr).toBe('')
  const { rss, heapUsed } = JSON.parse(stdout)
  expect(rss).toBeLessThan(60)
  expect(heapUsed).toBeLessThan(40)
}, 60_000)
