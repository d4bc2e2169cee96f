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

/** A change that was proved by the mailbox's password or by a link to its recovery address. */
export interface KeptChange {
  readonly target: Target
  readonly newPassword: Secret
  /** When the answer is due. */
  readonly deadline: Deadline
  /** The hash before the change, if it was read under the domain lock. */
  readonly storedHash: Secret | undefined
}

/** A mailbox's recovery address during a change. */
export interface KeptAddress {
  /** Renews the address if it may outlast the change. Call it after the change, under the domain lock. */
  renew(): Promise<ShownAddress>
}

/**
 * Looks for a recovery address that the change may keep, under the domain lock and just before the change. Undefined if there is
 * none. If it fails or takes too long, the address ends with the change; the change goes on. Rejects only on a bug.
 */
export type KeepAddress = (change: KeptChange, panel: PanelVisit) => Promise<KeptAddress | undefined>

interface KeepTools {
  readonly records: AddressRecords
  readonly removals: AddressRemovals
  readonly isPasswordOf: HashCheck
  /** Called with the reason, in a few words, if an address couldn't be kept. */
  reportNotKept(mailbox: Mailbox, reason: string): void
}

export function createKeepAddress({
  records,
  removals,
  isPasswordOf,
  reportNotKept,
}: KeepTools): KeepAddress {
  /** Returns the work's result; undefined after an outage, which is reported. */
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

  /** Whether the address is in force now and may stay so after the change. */
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

/** Whether the commands should end before the answer is due. */
function fits(commands: readonly PanelCommand[], deadline: Deadline, panel: PanelVisit): boolean {
  return deadline.leftMs() >= panel.expectedMs(commands)
}
