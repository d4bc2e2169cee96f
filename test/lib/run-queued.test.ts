import { expect, it } from 'vitest'
import { type Queue, runQueued } from '../../src/lib/run-queued.js'

it('work that was given up before its turn is never done', async () => {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  let turns: Promise<unknown> = Promise.resolve()
  const queue: Queue = (work) => {
    const turn = opened.then(work)
    turns = turn.catch(() => undefined)
    return turn
  }
  let done = false
  const late = new RangeError('late')
  const work = async () => {
    done = true
  }
  await expect(runQueued(queue, 0, () => late, work)).rejects.toBe(late)
  open()
  await turns
  expect(done).toBe(false)
})
