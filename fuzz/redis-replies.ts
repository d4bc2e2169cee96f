import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Redis } from 'ioredis'
import { StoreUnavailable } from '../src/core/outage.js'
import { createRedisClient } from '../src/store/redis-client.js'
import { createRedisDomainOwners } from '../src/store/redis-domain-owners.js'
import { createRedisHealth, type InStore } from '../src/store/redis-health.js'
import { createRedisKeyCooldown } from '../src/store/redis-key-cooldown.js'
import { createLease } from '../src/store/redis-lease.js'
import { createRedisLimitStore } from '../src/store/redis-limit-store.js'
import { createRedisOnceStore } from '../src/store/redis-once-store.js'
import { createRedisPairStore } from '../src/store/redis-pair-store.js'
import { createTestClock } from '../test/kit/clock.js'
import { defineTarget } from './target.js'
import { seldomEdited } from './texts.js'

const clock = createTestClock()

/** The service's questions to the store. Each checks the result. */
const questions: readonly ((client: Redis, inStore: InStore) => Promise<void>)[] = [
  async (client, inStore) => {
    const hits = await createRedisLimitStore(client, inStore, 'address', 1000, () => 'window').increment(
      'key',
    )
    assert(Number.isInteger(hits.totalHits) && Number.isInteger(hits.leftMs), 'counts that are no numbers')
    assert.equal(typeof hits.window, 'string')
  },
  async (client, inStore) => {
    const limit = createRedisLimitStore(client, inStore, 'help-all', 1000, () => 'window')
    assert(Number.isInteger(await limit.read('')), 'a count that is no number')
  },
  async (client, inStore) => {
    const begun = await createRedisLimitStore(client, inStore, 'target', 1000, () => 'window').begin('key')
    assert(Number.isInteger(begun.totalHits) && Number.isInteger(begun.others), 'counts that are no numbers')
  },
  async (client, inStore) =>
    await createRedisLimitStore(client, inStore, 'address', 1000, () => 'window').decrement('key', 'window'),
  async (client, inStore) => {
    const lastMsAgo = await createLease(client, inStore, 'example.org', 'info@example.org', 'token').acquire()
    assert(lastMsAgo === undefined || lastMsAgo >= 0, 'a time that is no number')
  },
  async (client, inStore) =>
    void (await createLease(client, inStore, 'example.org', 'info@example.org', 'token').renew()),
  async (client) => {
    const owner = await createRedisDomainOwners(client).get('example.org')
    assert(owner === undefined || /^\S+ \S+$/.test(`${owner.username} ${owner.domainForm}`))
  },
  async (client, inStore) => void (await createRedisOnceStore(client, inStore).use('id', 1000)),
  async (client, inStore) => void (await createRedisPairStore(client, inStore).has('digest')),
  async (client, inStore) => await createRedisPairStore(client, inStore).add('digest'),
  async (client) => void (await createRedisKeyCooldown(client, 'key', clock).isCoolingDown()),
]

async function ask(client: Redis, question: (typeof questions)[number]): Promise<void> {
  const { inStore } = createRedisHealth(client, clock, () => undefined)
  await question(client, inStore).catch((error: unknown) => {
    if (!(error instanceof StoreUnavailable)) throw error
  })
}

const values = fc.oneof(
  fc.constantFrom<unknown>(null, 'OK', '', 'alice example.org', 'alice', new Error('READONLY')),
  fc.maxSafeInteger(),
  fc.string(),
  fc.array(fc.oneof(fc.maxSafeInteger(), fc.string(), fc.constant(null)), { maxLength: 4 }),
  fc.tuple(fc.nat(), fc.string(), fc.nat()),
)

/** A client whose commands all get this reply. */
function clientOf(reply: unknown): Redis {
  const command = async (): Promise<unknown> => {
    if (reply instanceof Error) throw reply
    return reply
  }
  const commands = {
    eval: command,
    get: command,
    hget: command,
    set: command,
    del: command,
    exists: command,
    zscore: command,
  }
  return commands as unknown as Redis
}

const path = join(mkdtempSync(join(tmpdir(), 'rekey-fuzz-')), 'redis.sock')
let reply = ''

/** Sends the reply to the service's own commands, then closes. The client's other commands succeed. */
const server = createServer((socket) => {
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    const commands = chunk
      .toString()
      .split(/^\*\d+\r\n/m)
      .slice(1)
    for (const command of commands) {
      if (command.includes('rekey:')) return void socket.end(reply)
      socket.write(/\nhello\r/i.test(command) ? '-NOPROTO unsupported protocol version\r\n' : '+OK\r\n')
    }
  })
})
await once(server.listen(path), 'listening')

const replies = seldomEdited(
  [
    '*3\r\n:1\r\n$6\r\nwindow\r\n:1000\r\n',
    '$-1\r\n',
    '*-1\r\n',
    ':1\r\n',
    ':-2\r\n',
    '+OK\r\n',
    '$17\r\nalice example.org\r\n',
    "-READONLY You can't write against a read only replica.\r\n",
    '-NOSCRIPT No matching script.\r\n',
  ],
  ['$', '*', ':', '-ERR ', '+', '\r\n', '$-1\r\n', '*1000000\r\n'],
  // The client throws at a null that doesn't answer a command, which Redis never sends.
).filter((text) => !/.[$*]-1/s.test(text))

/** The readers of the store's replies, with and without the Redis client. */
export const redisReplies = [
  defineTarget({
    name: 'redis-values',
    arbitrary: fc.record({ value: values, question: fc.constantFrom(...questions) }),
    run: ({ value, question }) => ask(clientOf(value), question),
  }),
  defineTarget({
    name: 'redis-replies',
    arbitrary: fc.record({ text: replies, question: fc.constantFrom(...questions) }),
    async run({ text, question }) {
      reply = text
      const address = { at: { path }, tls: false, username: undefined, password: undefined, database: 0 }
      const client = createRedisClient(address)
      await once(client, 'ready')
      await ask(client, question)
      client.disconnect()
    },
  }),
]
