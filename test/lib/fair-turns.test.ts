import { expect, it } from 'vitest'
import { createFairTurns, type FairTurnsParts } from '../../src/lib/fair-turns.js'
import { holdTime } from '../kit/held-time.js'

/** Turns with work that ends when a test says so. `seen` records what began, was refused or ended, in order. */
function start({ maxWaitMs = 60_000, ...parts }: Partial<FairTurnsParts> & { maxWaitMs?: number } = {}) {
  const refusal = () => new RangeError('refused')
  const takeTurn = createFairTurns({ atOnce: 1, ofOneSender: 1, maxWaiting: 100, refusal, ...parts })
  const seen: string[] = []
  const ends: (() => void)[] = []
  const add = (name: string): Promise<void> =>
    takeTurn(name.slice(0, 1), maxWaitMs, async () => {
      seen.push(name)
      await new Promise<void>((resolve) => ends.push(resolve))
    }).catch((error: unknown) => {
      seen.push(`${name}: ${error instanceof Error ? error.message : error}`)
    })
  const endOne = async (): Promise<void> => {
    await new Promise(setImmediate)
    ends.shift()?.()
    await new Promise(setImmediate)
  }
  return { add, endOne, seen }
}

it('of senders that take turns, the one whose last turn is longest ago comes next, and of one sender the first', async () => {
  const { add, endOne, seen } = start()
  for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) void add(name)
  for (let turn = 0; turn < 6; turn++) await endOne()
  expect(seen).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
})

it('of senders that take turns, one who comes for the first time waits for nobody but the one whose turn it is', async () => {
  const { add, endOne, seen } = start()
  for (let count = 0; count < 30; count++) void add(`a${count}`)
  for (const name of ['b1', 'c1', 'd1']) void add(name)
  for (let turn = 0; turn < 10; turn++) await endOne()
  void add('e1')
  await endOne()
  expect(seen.at(-1)).toBe('e1')
})

it('of senders that take turns, one has a turn at a time, and the next one comes also after work that failed', async () => {
  const takeTurn = createFairTurns({
    atOnce: 1,
    ofOneSender: 1,
    maxWaiting: 1,
    refusal: () => new Error('refused'),
  })
  let underWay = 0
  const work = async () => {
    underWay += 1
    await new Promise(setImmediate)
    underWay -= 1
    if (underWay > 0) throw new Error('two at once')
    throw new RangeError('failed')
  }
  const results = await Promise.allSettled([takeTurn('a', 60_000, work), takeTurn('b', 60_000, work)])
  expect(results.map((result) => result.status === 'rejected' && result.reason.message)).toEqual([
    'failed',
    'failed',
  ])
  expect(await takeTurn('a', 60_000, async () => 'done')).toBe('done')
})

it('of senders that take turns, the newest of the one with the most is refused if too many wait', async () => {
  const { add, endOne, seen } = start({ maxWaiting: 3 })
  for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'a5', 'c1']) void add(name)
  for (let turn = 0; turn < 7; turn++) await endOne()
  expect(seen).toEqual(['a1', 'a4: refused', 'a5: refused', 'a3: refused', 'b1', 'c1', 'a2'])
})

it('of senders that take turns, one whose turn does not come in time is refused, and its work is never done', async () => {
  const time = holdTime()
  const { add, endOne, seen } = start({ maxWaitMs: 1000 })
  void add('a1')
  const late = add('b1')
  await time.pass(1000, Promise.resolve())
  await late
  void add('c1')
  await new Promise(setImmediate)
  expect(seen).toEqual(['a1', 'b1: refused'])
  await endOne()
  expect(seen).toEqual(['a1', 'b1: refused', 'c1'])
})

it('of senders that take turns, several have theirs at once, and none has all of them', async () => {
  const { add, endOne, seen } = start({ atOnce: 4, ofOneSender: 2 })
  for (const name of ['a1', 'a2', 'a3', 'a4', 'b1']) void add(name)
  await new Promise(setImmediate)
  expect(seen).toEqual(['a1', 'a2', 'b1'])
  await endOne()
  expect(seen).toEqual(['a1', 'a2', 'b1', 'a3'])
})
