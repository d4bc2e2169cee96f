import type { Secret } from '../../lib/secret.js'
import type { Mailbox } from '../mailbox.js'
import {
  type AddressState,
  type ConfirmedAddress,
  type MailboxAddresses,
  stateOf,
} from './recovery-address.js'

/** Stores recovery addresses. Someone who gets at the store can neither read nor forge them. */
export interface AddressRecords {
  /** Empty if the record can't be read. Rejects with `StoreUnavailable`. */
  find(mailbox: Mailbox): Promise<MailboxAddresses>
  /** Call it only under the domain lock. Rejects with `StoreUnavailable`, and then changes nothing. */
  save(mailbox: Mailbox, addresses: MailboxAddresses): Promise<void>
  /** Identifies a stored hash without revealing anything about it. */
  bindingOf(storedHash: Secret): string
  /** Whether the binding belongs to the stored hash. Compares in constant time. */
  isBoundTo(binding: string, storedHash: Secret): boolean
}

/** A recovery address, and whether it can be used now. */
export interface UsableAddress extends Pick<ConfirmedAddress, 'address' | 'language'> {
  readonly state: AddressState
}

/**
 * The mailbox's confirmed recovery address. Rejects with `StoreUnavailable`.
 *
 * @param nowMs Unix time
 */
export async function findUsableAddress(
  mailbox: Mailbox,
  storedHash: Secret,
  nowMs: number,
  records: AddressRecords,
): Promise<UsableAddress | undefined> {
  const { confirmed } = await records.find(mailbox)
  if (!confirmed) return undefined
  const { address, language, binding } = confirmed
  return { address, language, state: stateOf(confirmed, records.isBoundTo(binding, storedHash), nowMs) }
}
