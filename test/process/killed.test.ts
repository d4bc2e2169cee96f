import { expect, it } from 'vitest'
import { killPoints } from '../kit/kill-points.js'
import { expectNextChanges, expectOneOf, startKillScene } from '../kit/kill-scene.js'

const points = killPoints.filter(({ store }) => store !== 'redis')

it.each(points.map((point) => [point.when, point] as const))(
  'a process killed %s leaves one password that opens the mailbox, and the next process meets no change',
  async (_when, { environment = () => ({}), bring }) => {
    const scene = await startKillScene(environment)
    await scene.warmUp()
    const meanwhile = await bring(scene)
    await scene.killAndRestart(meanwhile)
    await expectNextChanges([scene.service])
    await expectOneOf(scene.panel)
    expect(scene.service.lines).toContainEqual(expect.objectContaining({ event: 'unclean-stop' }))
  },
)
