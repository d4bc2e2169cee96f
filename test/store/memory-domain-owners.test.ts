import { expect, it } from 'vitest'
import { createMemoryDomainOwners } from '../../src/store/memory-domain-owners.js'
import { createTestClock } from '../kit/clock.js'

it('at most 10,000 owners are remembered, and the oldest goes first', async () => {
  const owners = createMemoryDomainOwners(createTestClock())
  const ownerOf = (index: number) => ({ username: `owner${index}`, domainForm: `d${index}.example` })
  for (let index = 0; index <= 10_000; index++) await owners.set(`d${index}.example`, ownerOf(index))
  expect(await owners.get('d0.example')).toBeUndefined()
  expect(await owners.get('d1.example')).toEqual(ownerOf(1))
  expect(await owners.get('d10000.example')).toEqual(ownerOf(10_000))
})
