import { expect, it } from 'vitest'
import { createTestClock } from './clock.js'

it('waits that begin together are over in the order of their ends, each after its own time', async () => {
  const clock = createTestClock()
  const over: [number, number][] = []
  const wait = async (durationMs: number) => {
    await clock.wait(durationMs)
    over.push([durationMs, clock.now()])
  }
  await Promise.all([wait(1000), wait(200), wait(1000), wait(0)])
  expect(over).toEqual([
    [0, 0],
    [200, 200],
    [1000, 1000],
    [1000, 1000],
  ])
})

it('time that was advanced while a wait goes on does not go back at its end', async () => {
  const clock = createTestClock()
  const wait = clock.wait(100)
  clock.advance(5000)
  await wait
  expect(clock.now()).toBe(5000)
})
