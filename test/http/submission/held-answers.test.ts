import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createHeldAnswers } from '../../../src/http/submission/held-answers.js'
import { createTestClock, type TestClock } from '../../kit/clock.js'

const DELAY_MS = 1000

/** Answers, and the time (ms) at which each was released. */
function createAnswers(clock: TestClock, held = createHeldAnswers(DELAY_MS, clock)) {
  const leftMs = new Map<number, number>()
  const responses: ServerResponse[] = []

  function hold(): ServerResponse {
    const response = new ServerResponse(new IncomingMessage(new Socket()))
    const number = responses.push(response) - 1
    void held.hold(response).then(() => leftMs.set(number, clock.now()))
    return response
  }
  return { held, hold, leftMs, responses }
}

/** What the server does when a connection ends. */
function goAway(response: ServerResponse): void {
  response.destroy()
  response.emit('close')
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

it('answers are held back for the delay, each from its own beginning', async () => {
  const clock = createTestClock()
  const { hold, leftMs } = createAnswers(clock)
  hold()
  clock.advance(400)
  hold()
  await expect
    .poll(() => [...leftMs])
    .toEqual([
      [0, 1000],
      [1, 1400],
    ])
  expect(clock.waits).toEqual([DELAY_MS, 400])
  hold()
  await expect.poll(() => leftMs.get(2)).toBe(2400)
})

it('answers are not held back beyond the bound: they leave at once and close their connection', async () => {
  const clock = createTestClock()
  clock.hold()
  const { hold, leftMs } = createAnswers(clock, createHeldAnswers(DELAY_MS, clock, 2))
  const answers = [hold(), hold(), hold()]
  await settle()
  expect([...leftMs.keys()]).toEqual([2])
  expect(answers.map((answer) => answer.getHeader('connection'))).toEqual([undefined, undefined, 'close'])
})

it('answers whose clients go away are let go, and make room for others', async () => {
  const clock = createTestClock()
  clock.hold()
  const { hold, leftMs } = createAnswers(clock, createHeldAnswers(DELAY_MS, clock, 1))
  goAway(hold())
  await settle()
  expect([...leftMs.keys()]).toEqual([0])
  expect(hold().getHeader('connection')).toBeUndefined()
  await settle()
  expect([...leftMs.keys()]).toEqual([0])
})

it('answers whose clients have gone already are not held back', async () => {
  const clock = createTestClock()
  const { held } = createAnswers(clock)
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  goAway(response)
  await held.hold(response)
  expect(clock.waits).toEqual([])
})

it('answers leave at once when the process stops, and are held back no more', async () => {
  const clock = createTestClock()
  clock.hold()
  const { held, hold, leftMs } = createAnswers(clock)
  hold()
  hold()
  held.release()
  hold()
  await settle()
  expect([...leftMs.keys()].toSorted()).toEqual([0, 1, 2])
  expect(clock.now()).toBe(0)
})

it('answers are not held back where the delay is 0', async () => {
  const clock = createTestClock()
  const { hold, leftMs } = createAnswers(clock, createHeldAnswers(0, clock))
  hold()
  await settle()
  expect([...leftMs]).toEqual([[0, 0]])
  expect(clock.waits).toEqual([])
})

it('answers leave after the delay or when their client goes, whatever comes and goes, and never more than the bound are held', async () => {
  const bound = 3
  const step = fc.oneof(
    fc.record({ come: fc.constant(true) }),
    fc.record({ go: fc.nat(20) }),
    fc.record({ passMs: fc.integer({ min: 0, max: 1500 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const clock = createTestClock()
      const { hold, leftMs, responses } = createAnswers(clock, createHeldAnswers(DELAY_MS, clock, bound))
      const dueMs: number[] = []
      for (const each of steps) {
        if ('come' in each) {
          const isFull = responses.length - leftMs.size === bound
          const response = hold()
          expect(response.getHeader('connection')).toBe(isFull ? 'close' : undefined)
          dueMs.push(clock.now() + (isFull ? 0 : DELAY_MS))
          await settle()
        } else if ('go' in each) {
          const response = responses[each.go]
          if (!response || leftMs.has(each.go)) continue
          dueMs[each.go] = clock.now()
          goAway(response)
          await settle()
        } else {
          await clock.wait(each.passMs)
          await settle()
        }
      }
      await clock.wait(2 * DELAY_MS)
      await settle()
      expect([...leftMs].toSorted(([one], [other]) => one - other)).toEqual([...dueMs.entries()])
    }),
    { numRuns: 200 },
  )
})
