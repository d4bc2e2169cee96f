import type { Secret } from '../../lib/secret.js'
import type { Outcome } from '../answer.js'
import type { DomainLocks } from '../domain-locks.js'
import type { DomainOwners } from '../domain-owners.js'
import type { Asker } from '../lookup-turns.js'
import type { Mailbox } from '../mailbox.js'
import { orOutage } from '../outage.js'
import type { EnterPanel, PanelVisit } from '../panel-port.js'
import type { AddressRecords } from './address-records.js'
import { type FindLinkState, findBinding } from './find-binding.js'
import type { LinkMemory } from './link-memory.js'
import type { Mail } from './mail-port.js'
import { maskAddress } from './outside-address.js'
import { confirm } from './recovery-address.js'
import type { OpenedLink } from './recovery-links.js'
import { invalidLink } from './redeem-link.js'

/** One try to confirm an address with the mailed link. */
export interface ConfirmAttempt extends Asker {
  /** Names the mailbox. */
  readonly link: OpenedLink
}

export interface ConfirmAddressDependencies {
  readonly enterPanel: EnterPanel
  readonly owners: DomainOwners
  readonly locks: DomainLocks
  readonly memory: LinkMemory
  readonly findState: FindLinkState
  readonly records: AddressRecords
  sendMail(mail: Mail): void
  /** Notifies the owner of the hosting account, if that's configured. */
  tellOwner(mailbox: Mailbox): void
}

type Tools = ConfirmAddressDependencies & { readonly panel: PanelVisit }

/**
 * If the link is valid, makes its address the mailbox's recovery address, and notifies the mailbox and a former address.
 * Rejects only on a bug.
 */
export function confirmAddress(
  attempt: ConfirmAttempt,
  dependencies: ConfirmAddressDependencies,
): Promise<Outcome> {
  const { link, deadline } = attempt
  const { mailbox, kind } = link
  return orOutage(async () => {
    if (kind !== 'confirmation' || (await dependencies.memory.isUsed(link))) return invalidLink
    const isOwnerKnown = await dependencies.owners.knows(mailbox)
    const panel = dependencies.enterPanel(
      [...(isOwnerKnown ? [] : (['find-owner'] as const)), 'read-mailbox'],
      true,
    )
    try {
      const leftToWaitMs = deadline.leftMs() - panel.expectedMs(['read-mailbox'])
      return await dependencies.locks.run(mailbox, leftToWaitMs, () =>
        compareAndConfirm(attempt, { ...dependencies, panel }),
      )
    } finally {
      panel.leave()
    }
  })
}

async function compareAndConfirm(attempt: ConfirmAttempt, tools: Tools): Promise<Outcome> {
  const { link } = attempt
  const { panel, memory } = tools
  panel.prove()
  const found = await findBinding(link, attempt, tools)
  if (!found) return invalidLink
  if (!(await memory.use(link))) return invalidLink
  if (!link.isBoundTo(found.binding)) return invalidLink
  let isKept = true
  try {
    const isConfirmed = await confirmPending(attempt, found.binding.storedHash, tools)
    isKept = false
    return isConfirmed ? { code: 'recovery-address-confirmed', mailbox: link.mailbox.address } : invalidLink
  } finally {
    if (isKept) await memory.release(link)
  }
}

/** @returns false if there is nothing to confirm */
async function confirmPending(
  { clientAddress, link: { mailbox } }: ConfirmAttempt,
  storedHash: Secret,
  { records, sendMail, tellOwner }: Tools,
): Promise<boolean> {
  const nowMs = Date.now()
  const { confirmed: former, pending } = await records.find(mailbox)
  if (!pending) return false
  const inForce = former && records.isBoundTo(former.binding, storedHash) ? former : undefined
  await records.save(mailbox, confirm(pending, inForce, nowMs))
  const { address, language } = pending
  const about = { mailbox: mailbox.address, clientAddress }
  const masked = maskAddress(address)
  sendMail({ kind: 'address-set', to: mailbox.address, language, masked, ...about })
  if (former && former.address !== address) {
    sendMail({ kind: 'address-replaced', to: former.address, language: former.language, ...about })
  }
  tellOwner(mailbox)
  return true
}
