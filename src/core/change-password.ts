import type { Clock } from '../lib/clock.js'
import type { AccountRecords } from './account-records.js'
import type { Outcome } from './answer.js'
import type { Attempt } from './attempt.js'
import { isInForce } from './confirm-change.js'
import type { DomainLocks, HeldLock } from './domain-locks.js'
import type { DomainOwner, DomainOwners } from './domain-owners.js'
import { isOutage, outcomeOfOutage } from './outage.js'
import {
  type CommandRecord,
  type EnterPanel,
  type PanelCommand,
  PanelFault,
  type PanelVisit,
} from './panel-port.js'
import type { CheckPolicy } from './password/policy.js'
import { makeChange } from './send-change.js'
import { invalidCredentials, type Target, type Verification } from './verification.js'
import { planAccountProof, verifyAccount, verifyNextForm } from './verify-account.js'
import { planMailboxProof, verifyMailbox } from './verify-mailbox.js'
import type { PasswordCheck } from './verify-password.js'

/** Makes one attempt, handing each call of the panel to `record`; see `changePassword`. */
export type PasswordChange = (attempt: Attempt, record: (entry: CommandRecord) => void) => Promise<Outcome>

/** What a change works with. The panel is entered per attempt, so that its calls can be told apart in the log. */
export interface ChangeDependencies {
  readonly enterPanel: EnterPanel
  readonly accounts: AccountRecords
  readonly owners: DomainOwners
  readonly locks: DomainLocks
  readonly checkPolicy: CheckPolicy
  readonly checkPassword: PasswordCheck
  readonly clock: Clock
  /** Whether an administrator's account of the panel counts as proof. */
  readonly allowAdminAccounts: boolean
}

/** What an attempt works with once it has its place before the panel. */
type Tools = ChangeDependencies & {
  readonly panel: PanelVisit
  readonly begunMs: number
  /** Told when the secret turned out to be right. */
  readonly onRight: () => void
}

/**
 * The way of a change: rules, verification, then the change itself, one at a time per domain. Resolves to what is
 * known to have happened; rejects only on a bug.
 */
export async function changePassword(attempt: Attempt, dependencies: ChangeDependencies): Promise<Outcome> {
  const { mailbox, credentials, newPassword, clientAddress } = attempt
  try {
    const reasons = await dependencies.checkPolicy(mailbox, newPassword, credentials, clientAddress)
    if (reasons.length > 0) return { code: 'password-rejected', reasons }
    const begunMs = dependencies.clock.now()
    const proof = planProof(attempt, dependencies)
    const isOwnerKnown = proof[0] === 'find-owner' && (await dependencies.owners.knows(mailbox))
    const isByMailServer = credentials.proof === 'mailbox' && !dependencies.checkPassword.asksPanel
    const plan = [...(isOwnerKnown ? proof.slice(1) : proof), 'change-password'] as const
    const panel = dependencies.enterPanel(plan, isByMailServer)
    let isRight = false
    const onRight = (): void => {
      isRight = true
      if (credentials.proof === 'mailbox') panel.prove()
    }
    try {
      return await proveAndChange(attempt, proof, { ...dependencies, panel, begunMs, onRight })
    } catch (error) {
      // That there was no time to change tells that the credentials were right.
      if (!isRight || !(error instanceof PanelFault) || error.code !== 'panel-busy') throw error
      const { code, reason, retryAfterMs } = error
      return { code, reason, proven: true, retryAfterMs }
    } finally {
      panel.leave()
    }
  } catch (error) {
    if (isOutage(error)) return outcomeOfOutage(error)
    throw error
  }
}

function planProof(
  { mailbox, credentials }: Attempt,
  dependencies: ChangeDependencies,
): readonly PanelCommand[] {
  return credentials.proof === 'mailbox'
    ? planMailboxProof(mailbox, dependencies.checkPassword)
    : planAccountProof(mailbox, credentials)
}

async function proveAndChange(
  attempt: Attempt,
  proof: readonly PanelCommand[],
  tools: Tools,
): Promise<Outcome> {
  const { locks, panel, begunMs: provenMs } = tools
  const verification = await verify(attempt, tools)
  if (!verification.passed) {
    const { outcome } = verification
    if (outcome.code === 'invalid-credentials') await waitAsIfChecked(attempt, proof, tools)
    return outcome
  }
  panel.prove()
  const { target } = verification
  const leftToWaitMs = attempt.deadline.leftMs() - panel.expectedMs(['change-password'])
  return await locks.run(attempt.mailbox, leftToWaitMs, async (lock) => {
    const stale = await reverify(attempt, target, provenMs, lock, tools)
    return stale ?? (await sendChange(target, attempt, lock, tools))
  })
}

/**
 * Commands that were not needed, or whose answer was remembered, must not tell what exists: a refusal takes its turn and then
 * the mean of what all of them lately took. If the mail server refuses before any command, there are none.
 */
async function waitAsIfChecked(
  { credentials }: Attempt,
  proof: readonly PanelCommand[],
  { panel, clock, checkPassword }: Tools,
): Promise<void> {
  if (credentials.proof === 'mailbox' && !checkPassword.asksPanel) return
  const waitMs = (await panel.takeTurn()) + panel.meanMs(proof) - clock.now()
  panel.leave()
  if (waitMs > 0) await clock.wait(waitMs)
}

/**
 * Sends the change. If the panel has no such mailbox where it was taken to be, nothing was done: then it is looked for
 * anew, and the change sent there, so no change is made twice.
 */
async function sendChange(
  target: Target,
  attempt: Attempt,
  lock: HeldLock,
  dependencies: Tools,
): Promise<Outcome> {
  await lock.confirm()
  const outcome = await makeChange(target, attempt, lock, dependencies)
  if (outcome !== 'missing') return outcome
  const elsewhere = await verifyElsewhere(target, attempt, dependencies)
  if (!elsewhere.passed) return elsewhere.outcome
  return await sendChange(elsewhere.target, attempt, lock, dependencies)
}

async function verifyElsewhere(target: Target, attempt: Attempt, dependencies: Tools): Promise<Verification> {
  if (attempt.credentials.proof === 'account') return await verifyNextForm(target, dependencies.panel)
  // An owner that was remembered may have lost the domain.
  await dependencies.owners.forget(attempt.mailbox)
  const again = await verify(attempt, dependencies)
  return again.passed && isSame(again.target.owner, target.owner) ? invalidCredentials : again
}

function isSame(one: DomainOwner, other: DomainOwner): boolean {
  return one.username === other.username && one.domainForm === other.domainForm
}

function verify(attempt: Attempt, dependencies: Tools): Promise<Verification> {
  const { credentials } = attempt
  return credentials.proof === 'mailbox'
    ? verifyMailbox(attempt, credentials, dependencies)
    : verifyAccount(attempt, credentials, dependencies)
}

/**
 * If this very mailbox may have been changed since its password was checked, the former one proves nothing any more. A
 * form that was sent twice finds its own new password in force.
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
  // Until then the former password would still prove something.
  const waitMs = checkPassword.lagMs - lastForMailboxMsAgo
  if (waitMs > 0) await clock.wait(waitMs)
  const verification = await verify(attempt, dependencies)
  if (verification.passed) return undefined
  const inForce = await isInForce(target, attempt, dependencies)
  return inForce ? { code: 'changed', evidence: 'confirmed' } : verification.outcome
}
