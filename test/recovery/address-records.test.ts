import fc from 'fast-check'
import { beforeEach, expect, it } from 'vitest'
import { type Mailbox, parseMailbox } from '../../src/core/mailbox.js'
import { findUsableAddress } from '../../src/core/recovery/address-records.js'
import type { DurableStore } from '../../src/core/recovery/durable-store.js'
import type { ConfirmedAddress, MailboxAddresses } from '../../src/core/recovery/recovery-address.js'
import { Secret } from '../../src/lib/secret.js'
import { createAddressRecords } from '../../src/recovery/address-records.js'
import { createRecordSeal } from '../../src/recovery/sealed-records.js'
import { createTestDurableStore } from '../kit/durable-store.js'

const KEY = new Secret('a key of 32 bytes or more, for tests')
const OTHER_KEY = new Secret('another key of 32 bytes or more, later')
const HASH = new Secret('{BLF-CRYPT}$2y$05$abcdefgh')
const OTHER_HASH = new Secret('{BLF-CRYPT}$2y$05$abcdefgi')
const NOW = 1_800_000_000_000
const DAY_MS = 24 * 3_600_000

const info = mailboxOf('info@example.org')
const sales = mailboxOf('sales@example.org')

function mailboxOf(address: string): Mailbox {
  const mailbox = parseMailbox(address)
  if (!mailbox) throw new Error(`no mailbox: ${address}`)
  return mailbox
}

let store: DurableStore
let unreadable: string[]

function recordsOf(key = KEY) {
  return createAddressRecords(store, createRecordSeal(key), ({ address }) => void unreadable.push(address))
}

beforeEach(() => {
  store = createTestDurableStore()
  unreadable = []
})

function addressOf(more: Partial<ConfirmedAddress> = {}): ConfirmedAddress {
  const binding = recordsOf().bindingOf(HASH)
  const named = { id: 'one', address: 'jane@example.net', language: 'de', setMs: NOW - DAY_MS, binding }
  return { ...named, confirmedMs: NOW - DAY_MS, ...more }
}

async function onlyEntry(): Promise<readonly [string, string]> {
  const [entry, ...others] = await store.entries('')
  if (!entry || others.length > 0) throw new Error(`${others.length + 1} entries`)
  return entry
}

it('what was saved for a mailbox is found for it, and for no other one', async () => {
  const { confirmedMs, ...pending } = addressOf({ id: 'two' })
  const kept: MailboxAddresses = { confirmed: addressOf(), pending }
  await recordsOf().save(info, kept)
  expect(await recordsOf().find(info)).toMatchObject(kept)
  expect(await recordsOf().find(sales)).toEqual({})
})

it('each mailbox has one record at most', async () => {
  for (const id of ['one', 'two', 'three']) await recordsOf().save(info, { confirmed: addressOf({ id }) })
  await onlyEntry()
  expect(await recordsOf().find(info)).toMatchObject({ confirmed: { id: 'three' } })
})

it('a record without an address is deleted', async () => {
  await recordsOf().save(info, { confirmed: addressOf() })
  await recordsOf().save(info, {})
  expect(await store.entries('')).toEqual([])
})

it('only a record that nobody confirmed may be forgotten, after it can’t be confirmed any more', async () => {
  const untils: (number | undefined)[] = []
  store = { ...store, set: async (_key, _value, untilMs) => void untils.push(untilMs) }
  const { confirmedMs, ...pending } = addressOf({ setMs: NOW })
  await recordsOf().save(info, { pending })
  await recordsOf().save(info, { confirmed: addressOf(), pending })
  expect(untils).toEqual([NOW + DAY_MS + 600_000, undefined])
})

it('somebody who reads the store learns neither the address nor the mailbox nor anything of the hash', async () => {
  await recordsOf().save(info, { confirmed: addressOf() })
  const [key, value] = await onlyEntry()
  const text = [key, value, ...[key, value].map((part) => Buffer.from(part, 'base64url').toString('latin1'))]
  for (const part of ['jane', 'example', 'info', '$2y$', 'BLF']) expect(text.join(' ')).not.toContain(part)
})

it('the same record is never written in the same way twice', async () => {
  const confirmed = addressOf()
  const values: string[] = []
  for (let times = 0; times < 3; times++) {
    await recordsOf().save(info, { confirmed })
    values.push((await onlyEntry())[1])
  }
  expect(new Set(values).size).toBe(3)
})

it('a record with any bit changed, or cut anywhere, is none, and that is reported without its content', async () => {
  await recordsOf().save(info, { confirmed: addressOf() })
  const [key, value] = await onlyEntry()
  const bytes = Buffer.from(value, 'base64url')
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
      const damaged = Buffer.from(bytes)
      damaged.writeUInt8(damaged.readUInt8(at) ^ bits, at)
      for (const wrong of [damaged, bytes.subarray(0, at)]) {
        await store.set(key, wrong.toString('base64url'))
        expect(await recordsOf().find(info)).toEqual({})
      }
    }),
  )
  expect(new Set(unreadable)).toEqual(new Set(['info@example.org']))
})

it.each(['', 'x', '{"confirmed":{}}', 'AQ', '=', 'A'.repeat(1000)])(
  'a record %j, written by somebody else, is none',
  async (forged) => {
    await recordsOf().save(info, { confirmed: addressOf() })
    const [key] = await onlyEntry()
    await store.set(key, forged)
    expect(await recordsOf().find(info)).toEqual({})
    expect(unreadable).toEqual(['info@example.org'])
  },
)

it('a record that was copied to another mailbox’s key is none', async () => {
  await recordsOf().save(sales, { confirmed: addressOf({ address: 'thief@example.net' }) })
  const [, value] = await onlyEntry()
  await recordsOf().save(info, { confirmed: addressOf() })
  const entries = await store.entries('')
  for (const [key] of entries) await store.set(key, value)
  expect(await recordsOf().find(info)).toEqual({})
  expect(await recordsOf().find(sales)).toMatchObject({ confirmed: { address: 'thief@example.net' } })
})

it('a record of another key is not found, and not read where it is put in the place of one', async () => {
  await recordsOf(OTHER_KEY).save(info, { confirmed: addressOf() })
  expect(await recordsOf().find(info)).toEqual({})
  const [, value] = await onlyEntry()
  await store.set(createRecordSeal(KEY).keyOf(info.address), value)
  expect(await recordsOf().find(info)).toEqual({})
  expect(unreadable).toEqual(['info@example.org'])
})

it('a binding is that of one hash, and the same hash has another one each time', () => {
  const records = recordsOf()
  const bindings = [1, 2, 3].map(() => records.bindingOf(HASH))
  expect(new Set(bindings).size).toBe(3)
  for (const binding of bindings) {
    expect(records.isBoundTo(binding, HASH)).toBe(true)
    expect(records.isBoundTo(binding, OTHER_HASH)).toBe(false)
  }
  expect(recordsOf(OTHER_KEY).isBoundTo(bindings[0] ?? '', HASH)).toBe(true)
})

it('the address of a mailbox is found with what it can be used for', async () => {
  const find = (mailbox: Mailbox, hash: Secret, nowMs = NOW) =>
    findUsableAddress(mailbox, hash, nowMs, recordsOf())
  await recordsOf().save(info, { confirmed: addressOf() })
  const found = { address: 'jane@example.net', language: 'de' }
  expect(await find(info, HASH)).toEqual({ ...found, state: 'usable' })
  expect(await find(info, HASH, NOW - 1)).toEqual({ ...found, state: 'too-new' })
  expect(await find(info, OTHER_HASH)).toEqual({ ...found, state: 'ended' })
  expect(await find(sales, HASH)).toBeUndefined()
  const { confirmedMs, ...pending } = addressOf()
  await recordsOf().save(sales, { pending })
  expect(await find(sales, HASH)).toBeUndefined()
})
