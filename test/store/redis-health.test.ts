import { randomUUID } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import type { Mailbox } from '../../src/core/mailbox.js'
import { StoreUnavailable } from '../../src/core/outage.js'
import type { StoreState } from '../../src/store/redis-health.js'
import { createRedisStore } from '../../src/store/redis-store.js'
import { createTestClock } from '../kit/clock.js'
import { holdTime } from '../kit/held-time.js'
import { startRedisReplies } from '../kit/redis-replies.js'

const CHECK_MS = 2000
const COUNTED = '*3\r\n:1\r\n$1\r\nw\r\n:60000'
const READ_ONLY = "-READONLY You can't write against a read only replica."
const OLD_READ_ONLY = `-ERR Error running script (call to f_0): @user_script:1: @user_script: 1: ${READ_ONLY}`

/** The replies of a Redis that differ from normal. */
interface Answers {
  /** The reply to a script that uses two keys. */
  twoKeys?: string
  /** The reply to the script that counts for limits. Undefined if it never answers. */
  write?: string | undefined
  policy?: string
}

async function startStore(answers: Answers = {}) {
  const server = await startRedisReplies((command, ...args) => {
    if (command === 'hello') return '-NOPROTO unsupported protocol version'
    if (command === 'info') return answers.policy ?? bulk('maxmemory:0\r\nmaxmemory_policy:noeviction\r\n')
    if (command !== 'eval') return '+OK'
    if (args[1] === '2') return answers.twoKeys ?? ':1'
    return 'write' in answers ? answers.write : COUNTED
  })
  const clock = createTestClock()
  const states: StoreState[] = []
  const store = await createRedisStore(
    {
      at: { host: '127.0.0.1', port: server.port },
      tls: false,
      username: undefined,
      password: undefined,
      database: 0,
    },
    { clock, randomId: randomUUID, report: (state) => void states.push(state) },
  )
  onTestFinished(() => store.close())
  return {
    answers,
    server,
    store,
    clock,
    states,
    faults: store.checkReadiness,
    limit: store.createLimitStore('test', 60_000),
    check: () => clock.advance(CHECK_MS),
  }
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}`
}

it('a store that accepts a write is ready', async () => {
  const { faults, states } = await startStore()
  expect(await faults()).toEqual([])
  expect(states).toEqual([{ event: 'store-ready' }])
})

it.each([
  ['READONLY', READ_ONLY],
  ['READONLY', OLD_READ_ONLY],
  ['LOADING', '-LOADING Redis is loading the dataset in memory'],
])(
  'after a store answers %s, it is connected again until another in its place accepts a write',
  async (reason, reply) => {
    const { answers, server, faults, states, check } = await startStore()
    answers.write = reply
    check()
    await expect.poll(faults).toEqual([{ code: 'store-unavailable', reason }])
    await expect.poll(server.connections).toBeGreaterThan(1)
    delete answers.write
    await expect.poll(faults).toEqual([])
    expect(states).toEqual([
      { event: 'store-ready' },
      { event: 'store-lost', reason },
      { event: 'store-ready' },
    ])
  },
)

it.each([
  ['OOM', "-OOM command not allowed when used memory > 'maxmemory'."],
  ['MISCONF', '-MISCONF Redis is configured to save RDB snapshots, but it is unable to persist to disk.'],
])(
  'a store that accepts no writes (%s) is not ready, though it answers, and says why',
  async (reason, reply) => {
    const { answers, server, faults, states, limit, check } = await startStore()
    answers.write = reply
    await expect(limit.increment('a')).rejects.toMatchObject({ code: 'store-unavailable', reason })
    expect(await faults()).toEqual([{ code: 'store-unavailable', reason }])
    expect(states.at(-1)).toEqual({ event: 'store-lost', reason })
    delete answers.write
    check()
    await expect.poll(faults).toEqual([])
    expect(server.connections()).toBe(1)
  },
)

it('a store that may evict locks is not ready until that is turned off', async () => {
  const { answers, faults, states, check } = await startStore({
    policy: bulk('maxmemory_policy:allkeys-lru\r\n'),
  })
  expect(await faults()).toEqual([{ code: 'store-evicts', reason: 'allkeys-lru' }])
  delete answers.policy
  check()
  await expect.poll(faults).toEqual([])
  expect(states).toEqual([{ event: 'store-evicts', reason: 'allkeys-lru' }, { event: 'store-ready' }])
})

it.each([
  ['NOPERM', "-NOPERM this user has no permissions to run the 'info' command"],
  ['not-told', bulk('used_memory:1\r\n')],
])(
  'a store that doesn’t say whether it may evict locks (%s) is ready, and that is reported',
  async (reason, policy) => {
    const { faults, states } = await startStore({ policy })
    expect(await faults()).toEqual([])
    expect(states).toEqual([{ event: 'store-unchecked', reason }])
  },
)

it.each([
  ['CROSSSLOT', "-CROSSSLOT Keys in request don't hash to the same slot"],
  ['MOVED', '-MOVED 3999 127.0.0.1:6381'],
])('a store that is a cluster (%s) is recognised, though it may count', async (reason, twoKeys) => {
  const { faults, states, check } = await startStore({ twoKeys })
  check()
  expect(await faults()).toEqual([{ code: 'store-is-cluster', reason }])
  expect(states).toEqual([{ event: 'store-is-cluster', reason }])
})

it('a store that hangs is reported as what is known of it, and is connected again', async () => {
  const { answers, server, faults, check } = await startStore()
  const time = holdTime()
  let asked = false
  Object.defineProperty(answers, 'write', {
    configurable: true,
    enumerable: true,
    get() {
      asked = true
      return undefined
    },
  })
  check()
  expect(await faults()).toEqual([])
  await time.pass(2000, () => asked)
  await expect.poll(faults).toEqual([{ code: 'store-unavailable', reason: 'timed-out' }])
  delete answers.write
  await time.pass(250, Promise.resolve())
  await time.pass(250, Promise.resolve())
  await expect.poll(server.connections).toBe(2)
  await expect.poll(faults).toEqual([])
})

it('a closed store is not lost', async () => {
  const { server, store, states } = await startStore()
  await store.close()
  await expect.poll(server.open).toBe(0)
  expect(states).toEqual([{ event: 'store-ready' }])
})

it.each([
  ['a text', '+OK'],
  ['nothing', '$-1'],
  ['a list of something else', '*2\r\n:1\r\n:1'],
])('a store that replies %s to a script counts as one that is away', async (_what, write) => {
  const { answers, limit, faults, check } = await startStore()
  answers.write = write
  await expect(limit.increment('key')).rejects.toThrow(StoreUnavailable)
  check()
  expect(await faults()).toEqual([{ code: 'store-unavailable', reason: 'unexpected-reply' }])
})

it('a domain lock is not held if its store replies no time', async () => {
  const { answers, store, clock } = await startStore()
  answers.twoKeys = '*1\r\n:1'
  clock.advance(10_000)
  const mailbox = { domain: 'example.org', address: 'info@example.org' } as Mailbox
  await expect(store.locks.run(mailbox, 1000, async () => 'held')).rejects.toThrow(StoreUnavailable)
})
