import type { Outcome } from './answer.js'
import type { Attempt } from './attempt.js'
import { isInForce } from './confirm-change.js'
import type { DomainLocks, HeldLock } from './domain-locks.js'
import type { DomainOwner } from './domain-owners.js'
import { orOutage } from './outage.js'
import type { CommandRecord } from './panel-port.js'
import type { CheckPolicy } from './password/policy.js'
import { type ProofDependencies, type ProofTools, prove, proveAtPanel, verify } from './prove.js'
import type { KeepAddress } from './recovery/keep-address.js'
import { makeChange } from './send-change.js'
import { invalidCredentials, type Target, type Verification } from './verification.js'
import { verifyNextForm } from './verify-account.js'

/** Makes one attempt and passes each panel command to `record`; see `changePassword`. */
export type PasswordChange = (attempt: Attempt, record: (entry: CommandRecord) => void) => Promise<Outcome>

/** What a change needs. */
export interface ChangeDependencies extends ProofDependencies {
  readonly locks: DomainLocks
  readonly checkPolicy: CheckPolicy
  /** Undefined if recovery addresses are turned off. */
  readonly keepAddress?: KeepAddress | undefined
}

type Tools = ProofTools<ChangeDependencies>

/**
 * Policy, proof, then the change, one at a time per domain. Resolves to what is known to have happened; rejects only on a bug.
 */
export function changePassword(attempt: Attempt, dependencies: ChangeDependencies): Promise<Outcome> {
  const { mailbox, credentials, newPassword, clientAddress, hungUp } = attempt
  return orOutage(async () => {
    hungUp.throwIfAborted()
    const reasons = await dependencies.checkPolicy(mailbox, newPassword, credentials, clientAddress, hungUp)
    if (reasons.length > 0) return { code: 'password-rejected', reasons }
    return await proveAtPanel(attempt, ['change-password'], dependencies, (tools) =>
      proveAndChange(attempt, tools),
    )
  })
}

async function proveAndChange(attempt: Attempt, tools: Tools): Promise<Outcome> {
  const { locks, panel, begunMs: provenMs } = tools
  const verification = await prove(attempt, tools)
  if (!verification.passed) return verification.outcome
  const { target } = verification
  const leftToWaitMs = attempt.deadline.leftMs() - panel.expectedMs(['change-password'])
  return await locks.run(attempt.mailbox, leftToWaitMs, async (lock) => {
    attempt.hungUp.throwIfAborted()
    const stale = await reverify(attempt, target, provenMs, lock, tools)
    return stale ?? (await sendChange(target, attempt, lock, tools))
  })
}

/**
 * If the panel says that it has no such mailbox there, nothing was done. Rekey then looks it up again and sends the change to the
 * right place, so no change is made twice.
 */
async function sendChange(
  target: Target,
  attempt: Attempt,
  lock: HeldLock,
  dependencies: Tools,
): Promise<Outcome> {
  const { credentials, newPassword, deadline } = attempt
  const keepAddress = credentials.proof === 'mailbox' ? dependencies.keepAddress : undefined
  const change = { target, newPassword, deadline, storedHash: undefined }
  const address = await keepAddress?.(change, dependencies.panel)
  await lock.confirm()
  const outcome = await makeChange(target, attempt, lock, dependencies)
  if (outcome !== 'missing') {
    const isMade = outcome.code === 'changed'
    return isMade && address ? { ...outcome, recoveryAddress: await address.renew() } : outcome
  }
  const elsewhere = await verifyElsewhere(target, attempt, dependencies)
  if (!elsewhere.passed) return elsewhere.outcome
  return await sendChange(elsewhere.target, attempt, lock, dependencies)
}

async function verifyElsewhere(target: Target, attempt: Attempt, dependencies: Tools): Promise<Verification> {
  if (attempt.credentials.proof === 'account') return await verifyNextForm(target, dependencies.panel)
  // The domain may have moved to another account.
  await dependencies.owners.forget(attempt.mailbox)
  const again = await verify(attempt, dependencies)
  return again.passed && isSame(again.target.owner, target.owner) ? invalidCredentials : again
}

function isSame(one: DomainOwner, other: DomainOwner): boolean {
  return one.username === other.username && one.domainForm === other.domainForm
}

/**
 * Checks the password again if this mailbox may have been changed since the first check. If the same form was sent twice, the new
 * password is already in force.
 *
 * @param provenMs when the check began, by the service's clock
 * @returns the outcome if the change must not be made any more
 */
async function reverify(
  attempt: Attempt,
  target: Target,
  provenMs: number,
  { lastForMailboxMsAgo }: HeldLock,
  dependencies: Tools,
): Promise<Outcome | undefined> {
  if (attempt.credentials.proof !== 'mailbox') return undefined
  const { clock, checkPassword } = dependencies
  if (lastForMailboxMsAgo > clock.now() - provenMs + checkPassword.lagMs) return undefined
  // Until then the check may still accept the old password.
  const waitMs = checkPassword.lagMs - lastForMailboxMsAgo
  if (waitMs > 0) await clock.wait(waitMs)
  const verification = await verify(attempt, dependencies)
  if (verification.passed) return undefined
  const inForce = await isInForce(target, attempt, dependencies)
  return inForce ? { code: 'changed', evidence: 'confirmed' } : verification.outcome
}
