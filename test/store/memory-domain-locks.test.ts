import { expect, it } from 'vitest'
import type { Mailbox } from '../../src/core/mailbox.js'
import { createMemoryDomainLocks } from '../../src/store/memory-domain-locks.js'
import { createTestClock } from '../kit/clock.js'

const mailbox = { localPart: 'info', domain: 'example.org', address: 'info@example.org' } as Mailbox

it('locks in memory admit nobody while all domains are locked at first', async () => {
  const clock = createTestClock()
  const locks = createMemoryDomainLocks(clock, 15_000)
  await expect(locks.run(mailbox, 14_999, async () => 'in')).rejects.toMatchObject({ code: 'panel-busy' })
  expect(await locks.run(mailbox, 15_000, async () => clock.now())).toBe(15_000)
  expect(await locks.run(mailbox, 0, async () => 'in')).toBe('in')
})
