import { Redis } from 'ioredis'
import { expect, it, vi } from 'vitest'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { startRekey } from './kit/rekey.js'
import { startSentinels } from './kit/sentinels.js'
import { change, diagnoseStore, sharing } from './kit/store.js'

const PASSWORD = 'p@ss'
const SENTINEL_PASSWORD = 'sentinels'
/** After a server has become the primary. */
const WORKS_WITHIN_MS = 5000

const { servers, ports, failOver } = await startSentinels('main', PASSWORD, SENTINEL_PASSWORD)
const hosts = ports.map((port) => `127.0.0.1:${port}`).join()
const urlOf = (primary: string) =>
  `redis+sentinel://:p%40ss@${hosts}/${primary}/2?sentinel-password=${SENTINEL_PASSWORD}`

const clients = servers.map(({ port }) => {
  const client = new Redis({ port, password: PASSWORD, retryStrategy: () => 50 })
  client.on('error', () => undefined)
  atEnd(() => client.disconnect())
  return client
})

async function isPrimary(index: number): Promise<boolean> {
  const client = clients[index]
  if (client?.status !== 'ready') return false
  const [role] = (await client.call('ROLE')) as [string]
  return role === 'master'
}

/** Waits until the server accepts no more writes and another one does. Returns that one. */
async function untilReplaced(former: number): Promise<number> {
  let found = -1
  const expectOther = async () => {
    const primaries = await Promise.all(clients.map((_, index) => isPrimary(index)))
    expect(primaries[former]).toBe(false)
    found = primaries.indexOf(true)
    expect(found).not.toBe(-1)
  }
  await vi.waitFor(expectOther, { timeout: 20_000, interval: 20 })
  return found
}

it('after a failover by Sentinel the first change works within five seconds of the new primary', async () => {
  const panel = await startPanelSimulator()
  atEnd(() => panel.close())
  const rekey = await startRekey(panel, { ...sharing(urlOf('main')), REKEY_LIMIT_ADDRESS: '1000/1h' })
  expect(await change(rekey)).toBe('changed')
  expect(await diagnoseStore(panel, urlOf('main'))).toBe('ok')
  expect(await diagnoseStore(panel, urlOf('other'))).toBe('store-no-primary')

  const works = () =>
    expect.poll(() => change(rekey), { timeout: WORKS_WITHIN_MS, interval: 50 }).toBe('changed')
  await servers[0].kill()
  const second = await untilReplaced(0)
  await works()

  await servers[0].start()
  await failOver()
  await untilReplaced(second)
  await works()
}, 60_000)
