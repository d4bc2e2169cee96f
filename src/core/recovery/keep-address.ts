import type { Deadline } from '../../lib/deadline.js'
import type { Secret } from '../../lib/secret.js'
import type { ShownAddress } from '../answer.js'
import type { Mailbox } from '../mailbox.js'
import { isOutage } from '../outage.js'
import type { PanelCommand, PanelVisit } from '../panel-port.js'
import type { Target } from '../verification.js'
import type { HashCheck } from '../verify-password.js'
import type { AddressRecords } from './address-records.js'
import { maskAddress } from './outside-address.js'
import { type ConfirmedAddress, isSettled } from './recovery-address.js'
import { type AddressRemovals, REMOVAL_MS } from './remove-address.js'

/** A change that the mailbox's own password has proved, or a link to its recovery address. */
export interface KeptChange {
  readonly target: Target
  readonly newPassword: Secret
  /** When the answer is due. */
  readonly deadline: Deadline
  /** What is stored before the change, if it was read in the domain's turn. */
  readonly storedHash: Secret | undefined
}

/** A mailbox's recovery address, while its password is changed. */
export interface KeptAddress {
  /** To be called in the domain's turn when the change was made: renews the address if it is to outlast that. */
  renew(): Promise<ShownAddress>
}

/**
 * Looks for a recovery address that a change is to keep, in the domain's turn just before it; undefined if there is none. If that
 * fails, or takes longer than the caller waits, the address ends with the change, which is as good. Rejects only on a bug.
 */
export type KeepAddress = (change: KeptChange, panel: PanelVisit) => Promise<KeptAddress | undefined>

interface KeepTools {
  readonly records: AddressRecords
  readonly removals: AddressRemovals
  readonly isPasswordOf: HashCheck
  /** Told why an address could not be kept; the reason is a few plain words. */
  reportNotKept(mailbox: Mailbox, reason: string): void
}

export function createKeepAddress({
  records,
  removals,
  isPasswordOf,
  reportNotKept,
}: KeepTools): KeepAddress {
  /** Gives what the work gives, or undefined after an outage, which is reported. */
  async function orReport<Result>(
    { mailbox }: Target,
    work: () => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!isOutage(error)) throw error
      const { code, reason } = error
      reportNotKept(mailbox, `${code} ${reason}`)
      return undefined
    }
  }

  async function readHash({ mailbox, owner }: Target, panel: PanelVisit): Promise<Secret | undefined> {
    const lookup = await panel.lookUpStoredHash(owner.username, owner.domainForm, mailbox.localPart)
    return lookup.found === 'one' ? lookup.value : undefined
  }

  /** Whether the address is in force until the change, and is to be so after it. */
  async function isToOutlast(
    address: ConfirmedAddress,
    { target, storedHash, deadline }: KeptChange,
    panel: PanelVisit,
  ): Promise<boolean> {
    if (!isSettled(address, Date.now())) return false
    const first: readonly PanelCommand[] = storedHash ? [] : ['read-mailbox']
    if (!fits([...first, 'change-password', 'read-mailbox'], deadline, panel)) {
      reportNotKept(target.mailbox, 'no-time')
      return false
    }
    const hash = storedHash ?? (await readHash(target, panel))
    return hash !== undefined && records.isBoundTo(address.binding, hash)
  }

  /** @returns whether the address is in force after the change */
  async function renew(
    address: ConfirmedAddress,
    { target, newPassword, deadline }: KeptChange,
    panel: PanelVisit,
  ): Promise<boolean> {
    if (!fits(['read-mailbox'], deadline, panel)) {
      reportNotKept(target.mailbox, 'no-time')
      return false
    }
    const hash = await readHash(target, panel)
    if (!hash || !(await isPasswordOf(newPassword, hash))) {
      reportNotKept(target.mailbox, 'changed-again')
      return false
    }
    await records.save(target.mailbox, { confirmed: { ...address, binding: records.bindingOf(hash) } })
    return true
  }

  return async function keepAddress(change, panel) {
    const { target } = change
    const { mailbox } = target
    const address = (await orReport(target, () => records.find(mailbox)))?.confirmed
    if (!address) return undefined
    const mayLast = await orReport(target, () => isToOutlast(address, change, panel))
    return {
      async renew() {
        const isInForce = mayLast && (await orReport(target, () => renew(address, change, panel)))
        return {
          masked: maskAddress(address.address),
          isEnded: !isInForce,
          removal: removals.make(mailbox, address.id, Date.now() + REMOVAL_MS),
        }
      },
    }
  }
}

/** Whether the commands are expected to end before the answer is due. */
function fits(commands: readonly PanelCommand[], deadline: Deadline, panel: PanelVisit): boolean {
  return deadline.leftMs() >= panel.expectedMs(commands)
}
