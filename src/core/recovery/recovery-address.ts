/** An address outside the mailbox, set by someone with the mailbox's password, in case that is lost. */
export interface NamedAddress {
  /** Identifies this setting of the address. Setting the same address again gives another one. */
  readonly id: string
  readonly address: string
  /** The language of mails to it (BCP 47). */
  readonly language: string
  /** In Unix time. */
  readonly setMs: number
  /** The stored hash with which it's valid, from `AddressRecords.bindingOf`. */
  readonly binding: string
}

/** An address whose owner has followed the mailed link. */
export interface ConfirmedAddress extends NamedAddress {
  /** In Unix time. */
  readonly confirmedMs: number
}

/** The recovery addresses of a mailbox. */
export interface MailboxAddresses {
  readonly confirmed?: ConfirmedAddress | undefined
  /** Waits for its confirmation. */
  readonly pending?: NamedAddress | undefined
}

const HOUR_MS = 3_600_000

/** How long (ms) a new address can be confirmed. */
export const CONFIRMATION_MS = 24 * HOUR_MS

/** How long (ms) a confirmed address can't recover the mailbox yet. Its user is notified, and can end it. */
const WAITING_MS = 24 * HOUR_MS

/** How long (ms) an address must have been confirmed to outlast a change of the password. */
const SETTLED_MS = 7 * 24 * HOUR_MS

/** `too-new`: confirmed, but can't recover the mailbox yet. `ended`: didn't outlast a change of the password. */
export type AddressState = 'too-new' | 'usable' | 'ended'

/** @param isBound whether its binding belongs to the current stored hash */
export function stateOf({ confirmedMs }: ConfirmedAddress, isBound: boolean, nowMs: number): AddressState {
  if (!isBound) return 'ended'
  return nowMs - confirmedMs < WAITING_MS ? 'too-new' : 'usable'
}

/** Whether it may outlast a change of the password by its own user. */
export function isSettled({ confirmedMs }: ConfirmedAddress, nowMs: number): boolean {
  return nowMs - confirmedMs >= SETTLED_MS
}

/**
 * Puts the pending address in place of the confirmed one. The same address, if still in force, keeps its time of confirmation.
 *
 * @param inForce the confirmed address, unless it has ended
 */
export function confirm(
  pending: NamedAddress,
  inForce: ConfirmedAddress | undefined,
  nowMs: number,
): MailboxAddresses {
  const confirmedMs = inForce?.address === pending.address ? inForce.confirmedMs : nowMs
  return { confirmed: { ...pending, confirmedMs } }
}
