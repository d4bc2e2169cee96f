import { expect, it, onTestFinished } from 'vitest'
import { killPoints } from '../kit/kill-points.js'
import { expectNextChanges, expectOneOf, startKillScene } from '../kit/kill-scene.js'
import { start } from '../kit/process.js'
import { startRelay } from '../kit/relay.js'
import { startRedis } from './kit/redis.js'
import { sharing } from './kit/store.js'

const redis = await startRedis()

const points = killPoints.filter(({ store }) => store !== 'memory')

it.each(points.map((point) => [point.when, point] as const))(
  'a process killed %s leaves one password that opens the mailbox, and neither another instance nor the next process meets its change',
  async (_when, { environment = () => ({}), bring }) => {
    await redis.client.flushall()
    const relay = await startRelay(redis.port)
    onTestFinished(relay.close)
    const scene = await startKillScene(
      (servers) => ({ ...sharing(`redis://127.0.0.1:${relay.port}`), ...environment(servers) }),
      relay,
    )
    const another = start({ ...scene.variables, ...sharing(`redis://127.0.0.1:${redis.port}`) })
    await Promise.all([scene.warmUp(), scene.warmUp(another)])
    const meanwhile = await bring(scene)
    const next: Promise<void>[] = []
    await scene.killAndRestart(async () => {
      relay.cut()
      relay.heal()
      await meanwhile?.()
      next.push(expectNextChanges([another]))
    })
    next.push(expectNextChanges([scene.service]))
    await expect
      .poll(() => scene.panel.changeRuns.every(({ endedMs }) => endedMs < Number.POSITIVE_INFINITY))
      .toBe(true)
    // A lease that nobody renews lasts for half a minute.
    await redis.client.pexpire('rekey:lock:example.org', 1)
    await Promise.all(next)
    await expectOneOf(scene.panel)
  },
)
