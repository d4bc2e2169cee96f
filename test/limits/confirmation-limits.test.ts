import { expect, it } from 'vitest'
import { type Mailbox, parseMailbox } from '../../src/core/mailbox.js'
import { createConfirmationLimits } from '../../src/limits/confirmation-limits.js'
import { createLimiter } from '../../src/limits/limiter.js'
import { createMemoryStore } from '../../src/store/memory-store.js'
import { createTestClock } from '../kit/clock.js'

const HOUR_MS = 3_600_000

function createSetting() {
  const clock = createTestClock()
  const store = createMemoryStore(clock)
  const keys = new Set<string>()
  const limits = createConfirmationLimits({
    key: Buffer.from('a key'),
    createLimiter(name, limit) {
      const counts = store.createLimitStore(name, limit.windowMs)
      const increment = (key: string) => {
        keys.add(key)
        return counts.increment(key)
      }
      return createLimiter(name, limit, { ...counts, increment })
    },
  })
  const count = (mailbox: string, address: string) =>
    limits.countMail(parseMailbox(mailbox) as Mailbox, address)
  return { clock, keys, count }
}

it('three mails a day are sent for one mailbox, whatever the addresses', async () => {
  const { clock, count } = createSetting()
  const results = []
  for (let mail = 0; mail < 4; mail++)
    results.push(await count('info@example.org', `jane${mail}@example.net`))
  expect(results).toEqual([undefined, undefined, undefined, 'confirmations-mailbox'])
  clock.advance(24 * HOUR_MS)
  expect(await count('info@example.org', 'jane@example.net')).toBeUndefined()
})

it('three mails a day are sent to one address, whatever the mailboxes', async () => {
  const { clock, count } = createSetting()
  const results = []
  for (let mail = 0; mail < 4; mail++) results.push(await count(`box${mail}@example.org`, 'jane@example.net'))
  expect(results).toEqual([undefined, undefined, undefined, 'confirmations-address'])
  expect(await count('box4@example.org', 'john@example.net')).toBeUndefined()
  clock.advance(24 * HOUR_MS)
  expect(await count('box4@example.org', 'jane@example.net')).toBeUndefined()
})

it('sixty mails an hour are sent in total, at most three of them for one mailbox', async () => {
  const { clock, count } = createSetting()
  for (let mail = 0; mail < 100; mail++) await count('info@example.org', `jane${mail}@example.net`)
  const results = []
  for (let mail = 0; mail < 58; mail++)
    results.push(await count(`box${mail}@example.org`, `john${mail}@example.net`))
  expect(results.slice(0, 57)).toEqual(Array(57).fill(undefined))
  expect(results.at(57)).toBe('confirmations-all')
  clock.advance(HOUR_MS)
  expect(await count('box58@example.org', 'john@example.net')).toBeUndefined()
})

it('the store never gets an address', async () => {
  const { keys, count } = createSetting()
  await count('info@example.org', 'jane@example.net')
  expect([...keys].filter((key) => key.includes('jane') || key.includes('example.net'))).toEqual([])
})
