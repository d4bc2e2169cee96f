import { expect, it } from 'vitest'
import { type Mailbox, parseMailbox } from '../../src/core/mailbox.js'
import { StoreUnavailable } from '../../src/core/outage.js'
import type { DurableStore } from '../../src/core/recovery/durable-store.js'
import { Secret } from '../../src/lib/secret.js'
import { createAddressRecords } from '../../src/recovery/address-records.js'
import { rotateRecords } from '../../src/recovery/rotate-records.js'
import { createRecordSeal } from '../../src/recovery/sealed-records.js'
import { createTestDurableStore } from '../kit/durable-store.js'

const former = createRecordSeal(new Secret('the former key of 32 bytes or more'))
const present = createRecordSeal(new Secret('the present key of 32 bytes or more'))
const HASH = new Secret('{BLF-CRYPT}$2y$05$abcdefgh')
const NAMES = ['info', 'sales', 'office']

const mailboxOf = (name: string): Mailbox => parseMailbox(`${name}@example.org`) as Mailbox
const recordsIn = (store: DurableStore, seal = present) => createAddressRecords(store, seal, () => undefined)

function addressOf(id: string, binding: string) {
  return { id, address: `${id}@example.net`, language: 'de', setMs: 1, confirmedMs: 2, binding }
}

/** A store with an address for each mailbox, encrypted with the former key. */
async function createFormerStore() {
  const store = createTestDurableStore()
  const records = recordsIn(store, former)
  for (const name of NAMES) {
    await records.save(mailboxOf(name), { confirmed: addressOf(name, records.bindingOf(HASH)) })
  }
  await store.set('used:a link', '')
  return store
}

async function expectRotated(store: DurableStore): Promise<void> {
  const records = recordsIn(store)
  for (const name of NAMES) {
    const { confirmed } = await records.find(mailboxOf(name))
    expect(confirmed).toMatchObject({ address: `${name}@example.net`, confirmedMs: 2 })
    expect(records.isBoundTo(confirmed?.binding ?? '', HASH)).toBe(true)
    expect(await recordsIn(store, former).find(mailboxOf(name))).toEqual({})
  }
  const keys = (await store.entries('')).map(([key]) => key)
  expect(keys).toHaveLength(NAMES.length + 1)
  expect(keys).toContain('used:a link')
}

it('all records are sealed with the present key, and are bound as before', async () => {
  const store = await createFormerStore()
  expect(await rotateRecords(store, former, present)).toEqual({ sealed: 3, unchanged: 0, unreadable: 0 })
  await expectRotated(store)
  expect(await rotateRecords(store, former, present)).toEqual({ sealed: 0, unchanged: 3, unreadable: 0 })
})

it('interrupted at any of its writes, it can be run again', async () => {
  for (let writes = 0; writes < 2 * NAMES.length; writes++) {
    const store = await createFormerStore()
    let left = writes
    const count = (): void => {
      if (left === 0) throw new StoreUnavailable('ENOSPC')
      left -= 1
    }
    const failing: DurableStore = {
      ...store,
      async set(...entry) {
        count()
        await store.set(...entry)
      },
      async delete(key) {
        count()
        await store.delete(key)
      },
    }
    await expect(rotateRecords(failing, former, present)).rejects.toThrow(StoreUnavailable)
    await rotateRecords(store, former, present)
    await expectRotated(store)
  }
})

it('an address that was set under the present key meanwhile is kept, and the former one is not', async () => {
  const store = await createFormerStore()
  const records = recordsIn(store)
  await records.save(mailboxOf('info'), { confirmed: addressOf('later', records.bindingOf(HASH)) })
  expect(await rotateRecords(store, former, present)).toEqual({ sealed: 3, unchanged: 1, unreadable: 0 })
  expect((await records.find(mailboxOf('info'))).confirmed?.id).toBe('later')
})

it('a record that neither key opens is counted and kept, one in the place of a new one is not', async () => {
  const store = await createFormerStore()
  await store.set('address:damaged', 'x')
  await store.set(present.keyOf('info@example.org'), 'x')
  const rotation = await rotateRecords(store, former, present)
  expect(rotation).toEqual({ sealed: 3, unchanged: 0, unreadable: 2 })
  expect(await store.get('address:damaged')).toBe('x')
  expect((await recordsIn(store).find(mailboxOf('info'))).confirmed?.id).toBe('info')
})

it('a record that waits to be confirmed may be forgotten when it could be before', async () => {
  const store = createTestDurableStore()
  const { confirmedMs, ...pending } = addressOf('info', recordsIn(store).bindingOf(HASH))
  await recordsIn(store, former).save(mailboxOf('info'), { pending })
  const untils: (number | undefined)[] = []
  const set: DurableStore['set'] = async (_key, _value, untilMs) => void untils.push(untilMs)
  await rotateRecords({ ...store, set }, former, present)
  expect(untils).toEqual([1 + 24 * 3_600_000 + 600_000])
})
