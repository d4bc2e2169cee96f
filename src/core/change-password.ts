import type { Attempt, Outcome } from './attempt.js'
import type { Clock } from './clock.js'
import type { DomainLocks } from './domain-locks.js'
import type { DomainOwners } from './domain-owners.js'
import { isInForce } from './look.js'
import { makeChange } from './make-change.js'
import { isOutage, outcomeOfOutage } from './outage.js'
import { type Panel, PanelFault } from './panel-port.js'
import type { PasswordCheck } from './password-check.js'
import { breachedRules, type PasswordPolicy } from './password-rules.js'
import type { RecentChanges } from './recent-changes.js'
import type { Target, Verification } from './verification.js'
import { verifyAccount } from './verify-account.js'
import { verifyMailbox } from './verify-mailbox.js'

/** What a change works with. The panel is given per attempt, so that its calls can be told apart in the log. */
export interface ChangeDependencies {
  readonly panel: Panel
  readonly owners: DomainOwners
  readonly locks: DomainLocks
  readonly policy: PasswordPolicy
  readonly checkPassword: PasswordCheck
  readonly recentChanges: RecentChanges
  readonly clock: Clock
  /** Whether an administrator's account of the panel counts as proof. */
  readonly allowAdminAccounts: boolean
}

/** Whoever has waited so long for his turn in a domain is told that the panel is busy. */
const MAX_LOCK_WAIT_MS = 20_000

/**
 * The way of a change: rules, verification, then the change itself, one at a time per domain. Resolves to what is
 * known to have happened; rejects only on a bug.
 */
export async function changePassword(attempt: Attempt, dependencies: ChangeDependencies): Promise<Outcome> {
  const { mailbox, credentials, newPassword } = attempt
  const { locks, clock, policy, recentChanges } = dependencies
  const current = credentials.mode === 'mailbox' ? credentials.password.reveal() : undefined
  const reasons = breachedRules(policy, mailbox, newPassword.reveal(), current)
  if (reasons.length > 0) return { code: 'password-rejected', reasons }

  try {
    const verification = await verify(attempt, dependencies)
    if (!verification.passed) return verification.outcome
    const { target } = verification
    const queuedMs = clock.now()
    return await locks.run(mailbox.domain, async (waited) => {
      if (clock.now() - queuedMs > MAX_LOCK_WAIT_MS) throw new PanelFault('panel-busy', 'waited-too-long')
      const stale = waited ? await reverify(attempt, target, dependencies) : undefined
      if (stale) return stale
      const outcome = await makeChange(target, attempt, dependencies)
      recentChanges.note(mailbox)
      return outcome
    })
  } catch (error) {
    if (isOutage(error)) return outcomeOfOutage(error)
    throw error
  }
}

function verify(attempt: Attempt, dependencies: ChangeDependencies): Promise<Verification> {
  const { credentials } = attempt
  return credentials.mode === 'mailbox'
    ? verifyMailbox(attempt, credentials, dependencies)
    : verifyAccount(attempt, credentials, dependencies)
}

/**
 * Whoever was before us in the domain may have changed this very mailbox, and then its former password proves
 * nothing any more. A form that was sent twice finds its own new password in force.
 *
 * @returns the outcome if the change must not be made any more
 */
async function reverify(
  attempt: Attempt,
  target: Target,
  dependencies: ChangeDependencies,
): Promise<Outcome | undefined> {
  if (attempt.credentials.mode !== 'mailbox') return undefined
  const { clock, recentChanges } = dependencies
  const waitMs = recentChanges.waitMs(attempt.mailbox)
  // Until then the former password would still prove something.
  if (waitMs > 0) await clock.wait(waitMs)
  const verification = await verify(attempt, dependencies)
  if (verification.passed) return undefined
  const inForce = await isInForce(target, attempt, dependencies)
  return inForce ? { code: 'changed', evidence: 'looked-up' } : verification.outcome
}
