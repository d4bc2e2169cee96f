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

/** A panel that knows these domains only in the form that each has here. */
function createOwners(ownerOf: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const panel = {
    async lookUpDomainOwner(domainForm: string) {
      asked.push(domainForm)
      return ownerOf[domainForm]
    },
  } as unknown as Panel
  const clock = createTestClock()
  const owners = createDomainOwners(clock)
  return { asked, clock, owners, find: (domain: string) => owners.find(mailboxIn(domain), panel) }
}

it('an owner is remembered for a day, and no longer', async () => {
  const { asked, clock, find } = createOwners({ 'example.org': 'alice' })
  const owner = { username: 'alice', domainForm: 'example.org' }
  expect([await find('example.org'), await find('example.org')]).toEqual([owner, owner])
  clock.advance(24 * 60 * 60_000 - 1)
  expect(await find('example.org')).toEqual(owner)
  expect(asked).toHaveLength(1)
  clock.advance(1)
  expect(await find('example.org')).toEqual(owner)
  expect(asked).toHaveLength(2)
})

it('an owner is asked for anew when it was forgotten', async () => {
  const { asked, owners, find } = createOwners({ 'example.org': 'alice' })
  await find('example.org')
  owners.forget(mailboxIn('example.org'))
  await find('example.org')
  expect(asked).toHaveLength(2)
})

it('an owner is looked for under each form of its domain, and that there is none is remembered for a minute', async () => {
  const punycode = 'xn--bcher-kva.example'
  const { asked, clock, find } = createOwners({ [punycode]: 'alice' })
  expect(await find('bücher.example')).toEqual({ username: 'alice', domainForm: punycode })
  expect(asked).toEqual(['bücher.example', punycode])
  expect([await find('example.org'), await find('example.org')]).toEqual([undefined, undefined])
  expect(asked.slice(2)).toEqual(['example.org'])
  clock.advance(60_000)
  expect(await find('example.org')).toBeUndefined()
  expect(asked.slice(2)).toEqual(['example.org', 'example.org'])
})

it('an owner is asked for once for all who ask at the same time, and anew by each if that fails', async () => {
  let asked = 0
  const panel = {
    async lookUpDomainOwner() {
      asked += 1
      if (asked === 1) throw new Error('the first one has no time left')
      return 'alice'
    },
  } as unknown as Panel
  const owners = createDomainOwners(createTestClock())
  const finds = [1, 2, 3].map(() => owners.find(mailboxIn('example.org'), panel))
  const results = await Promise.allSettled(finds)
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(asked).toBe(2)
})
