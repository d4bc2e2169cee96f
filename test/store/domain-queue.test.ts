import { expect, it } from 'vitest'
import { createDomainQueue } from '../../src/store/domain-queue.js'

it('one that gives up lets nobody past those before it', async () => {
  const queue = createDomainQueue()
  const first = await queue.enter('example.org', 0)
  await expect(queue.enter('example.org', 0)).rejects.toMatchObject({ code: 'panel-busy' })
  const order: string[] = []
  const third = queue.enter('example.org', 10_000).then(() => order.push('third'))
  const elsewhere = await queue.enter('example.com', 0)
  elsewhere.leave()
  order.push('first leaves')
  first.leave()
  await third
  expect(order).toEqual(['first leaves', 'third'])
})
