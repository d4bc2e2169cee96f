import { expect, it } from 'vitest'
import { type Mailbox, parseMailbox } from '../../src/core/mailbox.js'
import { createRecentChanges } from '../../src/core/recent-changes.js'
import { createTestClock } from '../kit/clock.js'

function mailbox(address: string): Mailbox {
  const parsed = parseMailbox(address)
  if (!parsed) throw new Error(address)
  return parsed
}

it('what is known of a mailbox is waited for as long as the lag after its last change, and of no other', () => {
  const clock = createTestClock()
  const changes = createRecentChanges(1500, clock)
  const [info, sales] = [mailbox('info@example.org'), mailbox('sales@example.org')]
  changes.note(info)
  clock.advance(500)
  expect([changes.waitMs(info), changes.waitMs(sales)]).toEqual([1000, 0])
  changes.note(sales)
  changes.note(info)
  clock.advance(400)
  expect([changes.waitMs(info), changes.waitMs(sales)]).toEqual([1100, 1100])
  clock.advance(1100)
  expect([changes.waitMs(info), changes.waitMs(sales)]).toEqual([0, 0])
})
