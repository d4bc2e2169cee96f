import { expect, it } from 'vitest'
import { createDomainOwners } from '../../src/core/domain-owners.js'
import { type Mailbox, parseMailbox } from '../../src/core/mailbox.js'
import type { Panel } from '../../src/core/panel-port.js'
import { createTestClock } from '../kit/clock.js'

function mailboxIn(domain: string): Mailbox {
  const mailbox = parseMailbox(`info@${domain}`)
  if (!mailbox) throw new Error(domain)
  return mailbox
}

it('remembers no more than 10,000 owners, and forgets the oldest first', async () => {
  const asked: string[] = []
  // Ten thousand questions: the port itself answers them, not a simulator over TLS.
  const panel = {
    lookUpDomainOwner: async (domain: string) => `owner-of-${asked.push(domain)}`,
  } as unknown as Panel
  const owners = createDomainOwners(createTestClock())
  for (let index = 0; index <= 10_000; index++) await owners.find(mailboxIn(`d${index}.example`), panel)
  expect(asked).toHaveLength(10_001)

  await owners.find(mailboxIn('d10000.example'), panel)
  await owners.find(mailboxIn('d1.example'), panel)
  expect(asked).toHaveLength(10_001)
  await owners.find(mailboxIn('d0.example'), panel)
  expect(asked).toHaveLength(10_002)
})
