import type { Deadline } from '../../lib/deadline.js'
import type { Secret } from '../../lib/secret.js'
import type { Outcome, ShownAddress } from '../answer.js'
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

/**
 * Makes a change in the domain's turn, and lets the mailbox's recovery address outlast it if it is settled. If that fails, or takes
 * longer than the caller waits, the address ends; the change is as good.
 *
 * @param makeChange resolves to what became of it
 */
export type KeepAddress = <Result extends Outcome | 'missing'>(
  change: KeptChange,
  panel: PanelVisit,
  makeChange: () => Promise<Result>,
) => Promise<{ readonly outcome: Result; readonly address: ShownAddress | undefined }>

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

  return async function keepAddress(change, panel, makeChange) {
    const { target } = change
    const { mailbox } = target
    const address = (await orReport(target, () => records.find(mailbox)))?.confirmed
    const mayLast = address && (await orReport(target, () => isToOutlast(address, change, panel)))
    const outcome = await makeChange()
    if (!address || outcome === 'missing' || outcome.code !== 'changed')
      return { outcome, address: undefined }
    const isInForce = mayLast && (await orReport(target, () => renew(address, change, panel)))
    const shown = {
      masked: maskAddress(address.address),
      isEnded: !isInForce,
      removal: removals.make(mailbox, address.id, Date.now() + REMOVAL_MS),
    }
    return { outcome, address: shown }
  }
}

/** Whether the commands are expected to end before the answer is due. */
function fits(commands: readonly PanelCommand[], deadline: Deadline, panel: PanelVisit): boolean {
  return deadline.leftMs() >= panel.expectedMs(commands)
}
