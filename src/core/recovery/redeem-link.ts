import type { Outcome } from '../answer.js'
import type { Attempt } from '../attempt.js'
import type { ConfirmTools } from '../confirm-change.js'
import type { DomainLocks, HeldLock } from '../domain-locks.js'
import type { DomainOwners } from '../domain-owners.js'
import type { Mailbox } from '../mailbox.js'
import { orOutage } from '../outage.js'
import type { EnterPanel, PanelCommand, PanelVisit } from '../panel-port.js'
import type { CheckPolicy } from '../password/policy.js'
import { makeChange } from '../send-change.js'
import { effectOf } from '../verification.js'
import { type FindLinkState, findBinding } from './find-binding.js'
import type { KeepAddress } from './keep-address.js'
import type { LinkMemory } from './link-memory.js'
import type { OpenedLink } from './recovery-links.js'

/** One try to set a password with a link. */
export interface LinkAttempt extends Omit<Attempt, 'mailbox' | 'credentials' | 'solution'> {
  /** Names the mailbox. */
  readonly link: OpenedLink
}

export interface RedeemDependencies extends Omit<ConfirmTools, 'panel'> {
  readonly enterPanel: EnterPanel
  readonly owners: DomainOwners
  readonly locks: DomainLocks
  readonly checkPolicy: CheckPolicy
  readonly memory: LinkMemory
  readonly findState: FindLinkState
  /** Undefined if recovery addresses are turned off. */
  readonly keepAddress?: KeepAddress | undefined
}

type Tools = RedeemDependencies & { readonly panel: PanelVisit }

/** The same answer for everything that is wrong with a link. */
export const invalidLink = { code: 'recovery-invalid' } as const satisfies Outcome

/**
 * Sets a password with a link. Under the domain lock, it compares the link with the panel's current data, and uses it up just
 * before the change. If nothing was changed for another reason, the link works again. Resolves to what is known to have happened;
 * rejects only on a bug.
 */
export function redeemLink(attempt: LinkAttempt, dependencies: RedeemDependencies): Promise<Outcome> {
  const { newPassword, clientAddress, deadline, hungUp } = attempt
  const { mailbox, kind } = attempt.link
  return orOutage(async () => {
    if (kind === 'confirmation') return invalidLink
    hungUp.throwIfAborted()
    const reasons = await dependencies.checkPolicy(mailbox, newPassword, undefined, clientAddress, hungUp)
    if (reasons.length > 0) return { code: 'password-rejected', reasons }
    if (await dependencies.memory.isUsed(attempt.link)) return invalidLink
    const plan = planOf(mailbox, await dependencies.owners.knows(mailbox))
    const panel = dependencies.enterPanel(plan, true)
    try {
      const leftToWaitMs = deadline.leftMs() - panel.expectedMs(plan)
      return await dependencies.locks.run(mailbox, leftToWaitMs, (lock) =>
        compareAndChange(attempt, lock, { ...dependencies, panel }),
      )
    } finally {
      panel.leave()
    }
  })
}

function planOf({ localPart }: Mailbox, isOwnerKnown: boolean): PanelCommand[] {
  return [
    ...(isOwnerKnown ? [] : (['find-owner'] as const)),
    'read-mailbox',
    ...(localPart.includes('.') ? (['read-mailbox'] as const) : []),
    'change-password',
  ]
}

async function compareAndChange(attempt: LinkAttempt, lock: HeldLock, tools: Tools): Promise<Outcome> {
  const { link, newPassword, clientAddress } = attempt
  const { panel, memory } = tools
  // Other changes in the domain wait for this one.
  panel.prove()
  const found = await findBinding(link, attempt, tools)
  if (!found) return invalidLink
  const { target, binding } = found
  if (!link.isBoundTo(binding)) {
    // It can only become valid again by a restored backup. Later tries needn't ask the panel.
    await memory.use(link)
    return invalidLink
  }
  const { owner, mailbox } = target
  const hasSiblings = await panel.hasSiblings(owner.username, owner.domainForm, mailbox.localPart)
  if ((await effectOf(target, hasSiblings, panel)) !== 'safe') return { code: 'mailbox-ambiguous' }
  const { storedHash } = binding
  const keepAddress = link.kind === 'address' ? tools.keepAddress : undefined
  const address = await keepAddress?.({ target, newPassword, deadline: attempt.deadline, storedHash }, panel)
  await lock.confirm()
  if (!(await memory.use(link))) return invalidLink
  let isKept = true
  try {
    const change = { newPassword, clientAddress, credentials: undefined }
    const outcome = await makeChange(target, change, lock, tools)
    isKept = outcome !== 'missing' && outcome.code === 'mailbox-suspended'
    if (outcome !== 'missing' && outcome.code === 'changed') await address?.renew()
    return outcome === 'missing' ? invalidLink : outcome
  } finally {
    if (isKept) await memory.release(link)
  }
}
