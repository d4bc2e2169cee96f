import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { createRedisDomainOwners } from '../../src/store/redis-domain-owners.js'
import { atEnd } from './kit/at-end.js'
import { startRedis } from './kit/redis.js'

const OWNER = { username: 'alice', domainForm: 'bücher.example' }

it('owners are remembered in Redis for a day, for all instances, until one forgets them', async () => {
  const { port } = await startRedis()
  const client = new Redis(port)
  atEnd(() => client.disconnect())
  const [one, other] = [createRedisDomainOwners(client), createRedisDomainOwners(client)]
  expect(await one.get('bücher.example')).toBeUndefined()
  await one.set('bücher.example', OWNER)
  expect(await other.get('bücher.example')).toEqual(OWNER)
  const leftMs = await client.pttl('rekey:owner:bücher.example')
  expect(leftMs).toBeGreaterThan(23 * 60 * 60_000)
  expect(leftMs).toBeLessThanOrEqual(24 * 60 * 60_000)
  await other.delete('bücher.example')
  expect(await one.get('bücher.example')).toBeUndefined()
})

it('a Redis that can’t be reached remembers no owners, and that is no fault', async () => {
  const { port } = await startRedis()
  const client = new Redis(port)
  const owners = createRedisDomainOwners(client)
  await owners.set('example.org', OWNER)
  client.disconnect()
  expect(await owners.get('example.org')).toBeUndefined()
  await owners.set('example.org', OWNER)
  await owners.delete('example.org')
})
