/** An address outside a mailbox that somebody with the mailbox's password named, for the day when that is lost. */
export interface NamedAddress {
  /** Tells it from every other one that was named, also from the same address at another time. */
  readonly id: string
  readonly address: string
  /** Of the mails to it (BCP 47). */
  readonly language: string
  /** In Unix time. */
  readonly setMs: number
  /** What the stored hash of the mailbox must be for it to count, as `AddressRecords.bindingOf` made it. */
  readonly binding: string
}

/** One whose owner has followed the link in the mail to it. */
export interface ConfirmedAddress extends NamedAddress {
  /** In Unix time. */
  readonly confirmedMs: number
}

/** What is kept for a mailbox. */
export interface MailboxAddresses {
  readonly confirmed?: ConfirmedAddress | undefined
  /** It waits to be confirmed. */
  readonly pending?: NamedAddress | undefined
}

const HOUR_MS = 3_600_000

/** For how long (ms) an address that was named can be confirmed. */
export const CONFIRMATION_MS = 24 * HOUR_MS

/** For how long (ms) after its confirmation an address can't recover the mailbox: the mailbox is told of it, and can end it. */
const WAITING_MS = 24 * HOUR_MS

/** For how long (ms) an address must be confirmed until a change of the password doesn't end it. */
const SETTLED_MS = 7 * 24 * HOUR_MS

/**
 * `too-new`: confirmed, and can't recover the mailbox yet. `ended`: the password was changed in a way that the address doesn't
 * outlast.
 */
export type AddressState = 'too-new' | 'usable' | 'ended'

/** @param isBound whether its binding is that of the hash which is stored now */
export function stateOf({ confirmedMs }: ConfirmedAddress, isBound: boolean, nowMs: number): AddressState {
  if (!isBound) return 'ended'
  return nowMs - confirmedMs < WAITING_MS ? 'too-new' : 'usable'
}

/** Whether an address may stay in force when the password is changed by its own user. */
export function isSettled({ confirmedMs }: ConfirmedAddress, nowMs: number): boolean {
  return nowMs - confirmedMs >= SETTLED_MS
}

/**
 * The pending address takes the place of the confirmed one. One that is in force already keeps the time of its confirmation.
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
