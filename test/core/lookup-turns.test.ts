import { expect, it } from 'vitest'
import { createLookupTurns } from '../../src/core/lookup-turns.js'
import { createDeadline } from '../../src/lib/deadline.js'
import { createTestClock } from '../kit/clock.js'

function startTurns() {
  const clock = createTestClock()
  const turns = createLookupTurns(clock)
  return {
    clock,
    take: (clientAddress: string, timeoutMs = 0, lookUp = async () => 'found') =>
      turns.take({ clientAddress, deadline: createDeadline(timeoutMs, clock) }, lookUp),
  }
}

const busyFor = (retryAfterMs: number) => ({ code: 'panel-busy', reason: 'too-many-lookups', retryAfterMs })

it.each([
  ['203.0.113.1', '203.0.113.254', '203.0.114.1'],
  ['2001:db8::1', '2001:db8:0:ffff::1', '2001:db8:1::1'],
])('a network has six lookups a minute: %s', async (one, neighbour, stranger) => {
  const { clock, take } = startTurns()
  for (let index = 0; index < 6; index++) {
    await take(one)
    clock.advance(1000)
  }
  await expect(take(neighbour, 53_999)).rejects.toMatchObject(busyFor(54_000))
  expect(await take(stranger)).toBe('found')
  expect(await take(neighbour, 54_000)).toBe('found')
  expect(clock.now()).toBe(60_000)
  await expect(take(one)).rejects.toMatchObject(busyFor(1000))
})

it('a failed lookup does not count', async () => {
  const { take } = startTurns()
  for (let index = 0; index < 5; index++) await take('203.0.113.1')
  await expect(take('203.0.113.1', 0, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost')
  expect(await take('203.0.113.1')).toBe('found')
  await expect(take('203.0.113.1')).rejects.toMatchObject(busyFor(60_000))
})

it('a failed lookup that later ones have pushed out takes none of them back', async () => {
  const { clock, take } = startTurns()
  let fail = (_error: Error): void => undefined
  const slow = take('203.0.113.1', 0, () => new Promise<string>((_resolve, reject) => (fail = reject)))
  clock.advance(60_000)
  for (let index = 0; index < 6; index++) await take('203.0.113.1')
  fail(new Error('lost'))
  await expect(slow).rejects.toThrow('lost')
  await expect(take('203.0.113.1')).rejects.toMatchObject(busyFor(60_000))
})
