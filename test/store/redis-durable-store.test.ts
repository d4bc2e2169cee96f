import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { createRedisDurableStore } from '../../src/store/redis-durable-store.js'
import { startRedisReplies } from '../kit/redis-replies.js'

function bulk(text: string): string {
  return `$${text.length}\r\n${text}`
}

const save = (value: string): string => `*2\r\n${bulk('save')}\r\n${bulk(value)}`
const NO_LOG = bulk('loading:0\r\naof_enabled:0\r\n')

it.each([
  ['a log', bulk('loading:0\r\naof_enabled:1\r\n'), undefined, { kind: 'log' }],
  ['snapshots', NO_LOG, save('3600 1 300 100'), { kind: 'snapshots' }],
  ['nothing', NO_LOG, save(''), { kind: 'none' }],
  ['neither, as INFO is forbidden', '-NOPERM no', undefined, { kind: 'unknown', reason: 'NOPERM' }],
  ['no log, as CONFIG is forbidden', NO_LOG, '-NOPERM no', { kind: 'unknown', reason: 'NOPERM' }],
  ['no log, as CONFIG has another name', NO_LOG, '-ERR unknown', { kind: 'unknown', reason: 'ERR' }],
  ['neither', bulk('loading:0\r\n'), undefined, { kind: 'unknown', reason: 'not-told' }],
])('for a Redis that reports %s, it is known what a restart loses', async (_what, info, config, expected) => {
  const { port } = await startRedisReplies((command, ...args) => {
    if (command === 'info' && args[0] === 'persistence') return info
    if (command === 'config' && args.join(' ') === 'GET save') return config
    return command === 'info' ? bulk('redis_version:7.0.0\r\n') : '+OK'
  })
  const client = new Redis(port, { enableReadyCheck: false })
  onTestFinished(() => client.disconnect())
  const store = createRedisDurableStore(client, (reply) => reply)
  expect(await store.readPersistence()).toEqual(expected)
})
