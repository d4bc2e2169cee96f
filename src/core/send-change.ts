import type { Outcome } from './answer.js'
import { type ConfirmTools, confirmOutcome, type PasswordInForce, type SentChange } from './confirm-change.js'
import type { HeldLock } from './domain-locks.js'
import { PanelFault } from './panel-port.js'
import type { Target } from './verification.js'

/** When to try the new password after a lost response (ms): the panel may still be at work. */
const CONFIRM_AFTER_LOSS_MS = [0, 500, 1500, 3000, 5000]

/**
 * Sends the change once. If the response doesn't say what happened, finds out.
 *
 * @returns `missing` if the panel has no such mailbox, so nothing was done
 */
export async function makeChange(
  target: Target,
  change: SentChange,
  lock: HeldLock,
  tools: ConfirmTools,
): Promise<Outcome | 'missing'> {
  const { owner, mailbox } = target
  const { panel, checkPassword } = tools
  const answer = await panel.changeMailboxPassword(
    owner.username,
    owner.domainForm,
    mailbox.localPart,
    change.newPassword,
  )
  switch (answer) {
    case 'done':
      return { code: 'changed', evidence: 'answered' }
    case 'suspended':
      return { code: 'mailbox-suspended' }
    case 'missing':
      return answer
    case 'malformed':
      if (await panel.hasMailbox(owner.username, owner.domainForm, mailbox.localPart)) {
        throw new PanelFault('panel-failed', 'name-refused')
      }
      return 'missing'
    case 'failed': {
      // The command has ended, so the panel isn't at work.
      const { lagMs } = checkPassword
      const confirmAfterEndMs = lagMs > 0 ? [0, lagMs] : [0]
      return outcomeOf(await confirmOutcome(target, change, confirmAfterEndMs, tools), {
        code: 'change-not-confirmed',
        reason: 'unexpected-exit-code',
      })
    }
    case 'lost': {
      const inForce = await confirmOutcome(target, change, CONFIRM_AFTER_LOSS_MS, tools)
      // The command may still run, and the next change must not write to the login file at the same time.
      if (inForce !== 'new') lock.leaveInDoubt()
      return outcomeOf(inForce, { code: 'change-not-confirmed', reason: 'answer-lost' })
    }
  }
}

function outcomeOf(inForce: PasswordInForce, unchanged: Outcome): Outcome {
  if (inForce === 'new') return { code: 'changed', evidence: 'confirmed' }
  return inForce === 'old' ? unchanged : { code: 'outcome-unknown' }
}
