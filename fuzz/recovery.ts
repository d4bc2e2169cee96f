import { parseMailbox } from '../src/core/mailbox.js'
import type { LinkKind } from '../src/core/recovery/recovery-links.js'
import { Secret } from '../src/lib/secret.js'
import { createAddressRecords } from '../src/recovery/address-records.js'
import { createRecoveryLinks } from '../src/recovery/links.js'
import { createRecordSeal } from '../src/recovery/sealed-records.js'
import { createTestDurableStore } from '../test/kit/durable-store.js'
import { ADDRESS_REQUEST, RECOVERY_KEY, recoveryEnvironment, removalOf } from '../test/kit/recovery.js'

const DAY_MS = 86_400_000

/** Links of info@example.org, and a store that has one confirmed address of it, and one that waits for confirmation. */
export async function createRecoveryOfInfo(hash: string) {
  const mailbox = parseMailbox(ADDRESS_REQUEST.email)
  if (!mailbox) throw new Error(`not a mailbox: ${ADDRESS_REQUEST.email}`)
  const storedHash = new Secret(hash)
  const store = createTestDurableStore()
  const records = createAddressRecords(store, createRecordSeal(new Secret(RECOVERY_KEY)), () => undefined)
  const nowMs = Date.now()
  const named = {
    address: ADDRESS_REQUEST.recoveryAddress,
    language: 'en',
    setMs: nowMs,
    binding: records.bindingOf(storedHash),
  }
  await records.save(mailbox, {
    confirmed: { ...named, id: 'the confirmed', confirmedMs: nowMs - 30 * DAY_MS },
    pending: { ...named, id: 'the pending' },
  })
  const fresh = await store.entries('')
  const links = createRecoveryLinks([new Secret(recoveryEnvironment.REKEY_LINK_KEY)])
  const linkOf = (kind: LinkKind, state: string): string => {
    const binding = { owner: 'alice', domainForm: mailbox.domain, localPart: mailbox.localPart, storedHash }
    return links.make(kind, { ...binding, state }, nowMs + DAY_MS).reveal()
  }
  return {
    store,
    ownerLink: linkOf('owner', ''),
    addressLink: linkOf('address', ' the confirmed'),
    confirmation: linkOf('confirmation', ' the pending'),
    removal: removalOf(mailbox.address, 'the confirmed'),

    /** Undoes all changes to the store. */
    async reset(): Promise<void> {
      for (const [key] of await store.entries('')) await store.delete(key)
      for (const [key, value] of fresh) await store.set(key, value)
    },
  }
}
