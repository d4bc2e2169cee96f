import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLastTurns, newestOfMost } from '../../src/lib/senders.js'

it('of two senders the one whose last turn was earlier has the lower number, and one who had none the lowest', () => {
  const turns = createLastTurns()
  for (const sender of ['a', 'b', 'a']) turns.give(sender)
  expect(turns.of('a')).toBeGreaterThan(turns.of('b'))
  expect(turns.of('b')).toBeGreaterThan(turns.of('c'))
})

it('the ten thousand senders that had their turns last are remembered', () => {
  const turns = createLastTurns()
  for (const sender of ['a', 'b', 'a']) turns.give(sender)
  for (let index = 0; index < 9999; index++) turns.give(`other ${index}`)
  expect([turns.of('a') > 0, turns.of('b') > 0]).toEqual([true, false])
})

it('a turn is remembered for the time that is set', () => {
  let nowMs = 0
  const turns = createLastTurns(1000, () => nowMs)
  turns.give('a')
  nowMs = 1000
  expect(turns.of('a')).toBe(1)
  nowMs = 1001
  expect(turns.of('a')).toBe(0)
})

it('the one that makes way is the newest of a sender of whom none has more', () => {
  const senderOf = (entry: string) => entry.slice(0, 1)
  expect(newestOfMost(['a1', 'b1', 'a2', 'b2', 'b3', 'a4'], senderOf)).toBe('a4')
  expect(newestOfMost([], senderOf)).toBeUndefined()
  fc.assert(
    fc.property(fc.array(fc.constantFrom<string>('a', 'b', 'c'), { minLength: 1 }), (senders) => {
      const entries = senders.map((sender, index) => ({ sender, index }))
      const entry = newestOfMost(entries, ({ sender }) => sender)
      const countOf = (of: string): number => senders.filter((sender) => sender === of).length
      expect(Math.max(...senders.map(countOf))).toBe(countOf(entry?.sender ?? ''))
      expect(senders.lastIndexOf(entry?.sender ?? '')).toBe(entry?.index)
    }),
  )
})
