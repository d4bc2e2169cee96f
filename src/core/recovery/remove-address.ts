import type { Deadline } from '../../lib/deadline.js'
import type { Secret } from '../../lib/secret.js'
import type { Outcome } from '../answer.js'
import type { DomainLocks } from '../domain-locks.js'
import type { Mailbox } from '../mailbox.js'
import { orOutage } from '../outage.js'
import type { AddressRecords } from './address-records.js'
import type { Mail } from './mail-port.js'
import { maskAddress } from './outside-address.js'

/** How long (ms) after a change the person who proved the mailbox's password can remove its recovery address. */
export const REMOVAL_MS = 30 * 60_000

/** Tokens that let a person remove one recovery address. */
export interface AddressRemovals {
  /** @param expiresMs Unix time */
  make(mailbox: Mailbox, id: string, expiresMs: number): Secret
  /** Undefined if Rekey didn't make it, or if it has expired. */
  open(removal: Secret): OpenedRemoval | undefined
}

export interface OpenedRemoval {
  readonly mailbox: Mailbox
  /** The ID of the recovery address. */
  readonly id: string
}

/** One try to remove a recovery address. */
export interface RemoveAttempt {
  readonly removal: OpenedRemoval
  /** The person's address. */
  readonly clientAddress: string
  readonly deadline: Deadline
}

export interface RemoveAddressDependencies {
  readonly locks: DomainLocks
  readonly records: AddressRecords
  sendMail(mail: Mail): void
  /** Notifies the owner of the hosting account, if that's configured. */
  tellOwner(mailbox: Mailbox): void
}

/** Removes a recovery address, if it's still there, and notifies the mailbox, the address and the owner. Rejects only on a bug. */
export function removeAddress(
  { removal: { mailbox, id }, clientAddress, deadline }: RemoveAttempt,
  { locks, records, sendMail, tellOwner }: RemoveAddressDependencies,
): Promise<Outcome> {
  return orOutage(() =>
    locks.run(mailbox, deadline.leftMs(), async () => {
      const { confirmed, pending } = await records.find(mailbox)
      if (confirmed?.id === id) {
        await records.save(mailbox, { pending })
        const { address, language } = confirmed
        const masked = maskAddress(address)
        for (const to of [mailbox.address, address]) {
          sendMail({ kind: 'address-removed', to, language, mailbox: mailbox.address, masked, clientAddress })
        }
        tellOwner(mailbox)
      }
      return { code: 'recovery-address-removed' }
    }),
  )
}
