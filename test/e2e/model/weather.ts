import { expect, vi } from 'vitest'
import { refusal } from '../../kit/smtp-server.js'
import { CHANGE } from '../../panel-simulator/commands/command-names.js'
import type { Random } from '../../service/model/random.js'
import type { SinkState } from './log-sink.js'
import type { World } from './world.js'

/** A temporary fault, with a panel that may also be slow. */
export interface Weather {
  readonly name: string
  /** Whether the panel's calls are also disturbed at random. */
  readonly disturbs?: boolean
  /** Starts the fault, and returns the function that ends it. */
  begin(world: World, random: Random): Promise<() => unknown>
}

const calm = (): void => undefined

/** Records that Redis forgets from now on. Returns the function that ends that. */
function lose({ losses }: World, what: 'counts' | 'counts and locks'): () => void {
  const fromMs = performance.now()
  const loss = { fromMs, untilMs: Number.POSITIVE_INFINITY, ofLocks: what === 'counts and locks' }
  losses.push(loss)
  return () => {
    loss.untilMs = performance.now()
  }
}

function forward({ instances, redis }: World): void {
  for (const { relay } of instances) relay.forwardTo(redis.port())
}

function logsAre(state: SinkState): Weather['begin'] {
  return async ({ instances }, random) => {
    const some = instances.filter(() => random.chance(0.7))
    for (const { sink } of some) sink.become(state)
    return () => {
      for (const { sink } of some) sink.become('open')
    }
  }
}

/** All faults. */
export const weathers: readonly Weather[] = [
  { name: 'nothing goes wrong', begin: async () => calm },
  {
    name: 'the replica of Redis takes over, as an operator has it do',
    async begin(world) {
      await world.redis.handOver()
      forward(world)
      return calm
    },
  },
  {
    name: 'Redis is killed, and its replica takes over',
    async begin(world) {
      const end = lose(world, 'counts')
      await world.redis.crash()
      forward(world)
      return end
    },
  },
  {
    name: 'Redis starts again, with nothing in it',
    async begin(world) {
      const end = lose(world, 'counts')
      await world.redis.restart()
      return end
    },
  },
  {
    name: 'one instance is cut off from Redis',
    async begin({ instances }, random) {
      const { relay } = random.oneOf(instances)
      relay.cut()
      return relay.heal
    },
  },
  {
    name: 'Redis says nothing to one instance',
    async begin({ instances }, random) {
      const { relay } = random.oneOf(instances)
      relay.silence()
      return relay.heal
    },
  },
  {
    name: 'Redis says nothing',
    async begin({ instances }) {
      for (const { relay } of instances) relay.silence()
      return () => {
        for (const { relay } of instances) relay.heal()
      }
    },
  },
  {
    name: 'Redis is emptied',
    async begin(world) {
      const end = lose(world, 'counts and locks')
      await world.redis.primary().client.flushall()
      return end
    },
  },
  {
    name: 'Redis evicts keys, as others fill it',
    async begin(world) {
      const { client } = world.redis.primary()
      const end = lose(world, 'counts and locks')
      await client.config('SET', 'maxmemory-policy', 'allkeys-random')
      const used = /used_memory:(\d+)/.exec(await client.info('memory'))?.[1]
      await client.config('SET', 'maxmemory', String(Number(used) + 2_000_000))
      for (let key = 0; key < 500; key++) await client.set(`foreign:${key}`, 'x'.repeat(10_000))
      expect(Number(/evicted_keys:(\d+)/.exec(await client.info('stats'))?.[1])).toBeGreaterThan(0)
      // Wait until the instances report it.
      for (const { store } of world.instances) {
        await vi.waitUntil(async () => (await store.checkReadiness())[0]?.code === 'store-evicts', {
          timeout: 8000,
        })
      }
      return async () => {
        await client.config('SET', 'maxmemory', '0')
        await client.config('SET', 'maxmemory-policy', 'noeviction')
        for (const key of await client.keys('foreign:*')) await client.del(key)
        end()
      }
    },
  },
  {
    name: 'the panel answers wrongly, late, or not at all',
    disturbs: true,
    begin: async ({ panel }) => panel.clearFaults,
  },
  {
    name: 'the panel makes changes, and their answers are lost',
    async begin({ panel }) {
      panel.failNext(CHANGE, { kind: 'reset', when: 'after-run' }, 5)
      return panel.clearFaults
    },
  },
  { name: 'the disk is full that logs are written to', begin: logsAre('full') },
  { name: 'nobody reads the logs', begin: logsAre('stalled') },
  { name: 'the reader of the logs has died', begin: logsAre('gone') },
  {
    name: 'the mail server takes no mail',
    async begin({ smtp }) {
      smtp.refusals.push(...Array.from({ length: 5 }, () => refusal(451, '4.3.0 try again later')))
      return calm
    },
  },
  { name: 'the mail server says nothing', begin: async ({ smtp }) => smtp.hold() },
]
