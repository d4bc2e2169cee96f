import { expect, it } from 'vitest'
import { createDomainOwners } from '../../src/core/domain-owners.js'
import { type Mailbox, parseMailbox } from '../../src/core/mailbox.js'
import type { Panel } from '../../src/core/panel-port.js'
import { createMemoryDomainOwners } from '../../src/store/memory-domain-owners.js'
import { createTestClock } from '../kit/clock.js'

function mailboxIn(domain: string): Mailbox {
  const mailbox = parseMailbox(`info@${domain}`)
  if (!mailbox) throw new Error(domain)
  return mailbox
}

const asker = { clientAddress: '203.0.113.7', deadline: { leftMs: () => 30_000 } }

/** A panel that has these domains only in these forms. */
function createOwners(ownerOf: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const panel = {
    async lookUpDomainOwner(domainForm: string) {
      asked.push(domainForm)
      return ownerOf[domainForm]
    },
  } as unknown as Panel
  const clock = createTestClock()
  const owners = createDomainOwners(createMemoryDomainOwners(clock), clock)
  return {
    asked,
    clock,
    owners,
    panel,
    find: (domain: string) => owners.find(mailboxIn(domain), asker, panel),
  }
}

it('an owner is remembered for a day', async () => {
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

it('a forgotten owner is looked up again', async () => {
  const { asked, owners, find } = createOwners({ 'example.org': 'alice' })
  await find('example.org')
  owners.forget(mailboxIn('example.org'))
  await find('example.org')
  expect(asked).toHaveLength(2)
})

it('an owner is looked up under each form of its domain, and that there is none is remembered for a minute', async () => {
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

it('an owner is looked up once for parallel askers, and again by each if that fails', async () => {
  let asked = 0
  const panel = {
    async lookUpDomainOwner() {
      asked += 1
      if (asked === 1) throw new Error('the first one has no time left')
      return 'alice'
    },
  } as unknown as Panel
  const clock = createTestClock()
  const owners = createDomainOwners(createMemoryDomainOwners(clock), clock)
  const finds = [1, 2, 3].map(() => owners.find(mailboxIn('example.org'), asker, panel))
  const results = await Promise.allSettled(finds)
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(asked).toBe(2)
})

it('a network looks up six unknown domains a minute, then waits or is refused', async () => {
  const { asked, clock, owners, panel, find } = createOwners({ 'known.example': 'alice' })
  const ask = (domain: string, clientAddress: string, leftMs = 30_000) =>
    owners.find(mailboxIn(domain), { clientAddress, deadline: { leftMs: () => leftMs } }, panel)
  await find('known.example')
  for (let index = 0; index < 5; index++) await ask(`d${index}.example`, `203.0.113.${index}`)
  expect(await find('known.example')).toMatchObject({ username: 'alice' })
  await expect(ask('late.example', '203.0.113.250')).rejects.toMatchObject({
    code: 'panel-busy',
    reason: 'too-many-lookups',
    retryAfterMs: 60_000,
  })
  expect(await ask('other.example', '203.0.114.1')).toBeUndefined()
  expect(clock.now()).toBe(0)
  await ask('waits.example', '203.0.113.9', 60_000)
  expect(clock.now()).toBe(60_000)
  expect(asked).not.toContain('late.example')
})

it('a domain that someone else is looking up does not count for the network', async () => {
  const { asked, clock, find } = createOwners({ 'example.org': 'alice' })
  for (let index = 0; index < 5; index++) await find(`d${index}.example`)
  await Promise.all(Array.from({ length: 12 }, () => find('example.org')))
  expect(asked).toHaveLength(6)
  expect(clock.now()).toBe(0)
})

it.each([
  ['one', { 'example.org': 'alice' }],
  ['none', {}],
])(
  'the network’s turn does not show whether a domain has an owner: with %s it is known for a day, and waits for no turn',
  async (_owner, ownerOf) => {
    const { clock, owners, find } = createOwners(ownerOf)
    const isKnown = () => owners.knows(mailboxIn('example.org'))
    const findAtOnce = async () => {
      const startMs = clock.now()
      await find('example.org')
      expect(clock.now()).toBe(startMs)
    }
    expect(await isKnown()).toBe(false)
    await findAtOnce()
    clock.advance(12 * 60 * 60_000)
    for (let index = 0; index < 6; index++) await find(`d${index}.example`)
    expect(await isKnown()).toBe(true)
    await findAtOnce()
    clock.advance(12 * 60 * 60_000)
    expect(await isKnown()).toBe(false)
    for (let index = 0; index < 6; index++) await find(`e${index}.example`)
    await expect(find('example.org')).rejects.toMatchObject({ reason: 'too-many-lookups' })
  },
)

it('a shared lookup takes each asker only as long as its own time allows', async () => {
  let answer = (_owner: string): void => undefined
  const answered = new Promise<string>((resolve) => {
    answer = resolve
  })
  const panel = { lookUpDomainOwner: () => answered } as unknown as Panel
  const clock = createTestClock()
  const owners = createDomainOwners(createMemoryDomainOwners(clock), clock)
  const patient = owners.find(mailboxIn('example.org'), asker, panel)
  const hasty = owners.find(mailboxIn('example.org'), { ...asker, deadline: { leftMs: () => 0 } }, panel)
  await expect(hasty).rejects.toMatchObject({ code: 'panel-busy', reason: 'waited-too-long' })
  answer('alice')
  expect(await patient).toMatchObject({ username: 'alice' })
})
