import { expect, it } from 'vitest'
import { systemClock } from '../../src/lib/clock.js'

it('a wait in the background ends in its time, and keeps no process alive', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const before = timers()
  const inBackground = systemClock.waitInBackground(1)
  expect(timers()).toBe(before)
  const awaited = systemClock.wait(1)
  expect(timers()).toBe(before + 1)
  await Promise.all([inBackground, awaited])
})
