import type { Secret } from '../../lib/secret.js'
import type { Mailbox } from '../mailbox.js'
import {
  type AddressState,
  type ConfirmedAddress,
  type MailboxAddresses,
  stateOf,
} from './recovery-address.js'

/** Keeps the recovery addresses of mailboxes, so that nobody who reads where they are kept learns them, and nobody forges one. */
export interface AddressRecords {
  /** What can't be read is none. Rejects with `StoreUnavailable`. */
  find(mailbox: Mailbox): Promise<MailboxAddresses>
  /** To be called in the domain's turn only. Rejects with `StoreUnavailable`; nothing is changed then. */
  save(mailbox: Mailbox, addresses: MailboxAddresses): Promise<void>
  /** Tells one stored hash from all others without telling anything of it. */
  bindingOf(storedHash: Secret): string
  /** Whether a binding is that of the stored hash; compared in constant time. */
  isBoundTo(binding: string, storedHash: Secret): boolean
}

/** A mailbox's recovery address, as far as it can be used now. */
export interface UsableAddress extends Pick<ConfirmedAddress, 'address' | 'language'> {
  readonly state: AddressState
}

/**
 * The confirmed recovery address of a mailbox, if it has one. Rejects with `StoreUnavailable`.
 *
 * @param nowMs in Unix time
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
