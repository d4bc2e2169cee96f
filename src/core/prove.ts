import type { Clock } from '../lib/clock.js'
import type { AccountRecords } from './account-records.js'
import type { Outcome } from './answer.js'
import type { ProofAttempt } from './attempt.js'
import type { DomainOwners } from './domain-owners.js'
import { type EnterPanel, type PanelCommand, PanelFault, type PanelVisit } from './panel-port.js'
import type { Verification } from './verification.js'
import { planAccountProof, verifyAccount } from './verify-account.js'
import { planMailboxProof, verifyMailbox } from './verify-mailbox.js'
import type { PasswordCheck } from './verify-password.js'

/** What a proof needs. Each attempt enters the panel separately, so the log can tell their commands apart. */
export interface ProofDependencies {
  readonly enterPanel: EnterPanel
  readonly accounts: AccountRecords
  readonly owners: DomainOwners
  readonly checkPassword: PasswordCheck
  readonly clock: Clock
  /** Whether an administrator's account counts as proof. */
  readonly allowAdminAccounts: boolean
}

/** What an attempt has once it's in the panel's queue. */
export type ProofTools<Dependencies extends ProofDependencies = ProofDependencies> = Dependencies & {
  readonly panel: PanelVisit
  /** When it got the place, by the clock. */
  readonly begunMs: number
  /** Called when the secret turns out to be right. */
  readonly onRight: () => void
}

/**
 * Runs the work with a place in the panel's queue, for the proof and what follows. Rejects with an `Outage` if the work does, or
 * if there is no place.
 *
 * @param following the commands after the proof
 */
export async function proveAtPanel<Dependencies extends ProofDependencies, Result>(
  attempt: ProofAttempt,
  following: readonly PanelCommand[],
  dependencies: Dependencies,
  work: (tools: ProofTools<Dependencies>) => Promise<Result>,
): Promise<Result | Outcome> {
  const { mailbox, credentials } = attempt
  const { owners, checkPassword, clock } = dependencies
  const begunMs = clock.now()
  const proof = planProof(attempt, dependencies)
  const isOwnerKnown = proof[0] === 'find-owner' && (await owners.knows(mailbox))
  const isByMailServer = credentials.proof === 'mailbox' && !checkPassword.asksPanel
  const plan = [...(isOwnerKnown ? proof.slice(1) : proof), ...following]
  const panel = dependencies.enterPanel(plan, isByMailServer)
  let isRight = false
  const onRight = (): void => {
    isRight = true
    if (credentials.proof === 'mailbox') panel.prove()
  }
  try {
    return await work({ ...dependencies, panel, begunMs, onRight })
  } catch (error) {
    // The lack of time reveals that the credentials were right.
    if (!isRight || !(error instanceof PanelFault) || error.code !== 'panel-busy') throw error
    const { code, reason, retryAfterMs } = error
    return { code, reason, proven: true, retryAfterMs }
  } finally {
    panel.leave()
  }
}

/** The first proof of an attempt: a refusal takes as long as a full set of checks. */
export async function prove(attempt: ProofAttempt, tools: ProofTools): Promise<Verification> {
  const verification = await verify(attempt, tools)
  if (verification.passed) tools.panel.prove()
  else if (verification.outcome.code === 'invalid-credentials') await waitAsIfChecked(attempt, tools)
  return verification
}

/** Verifies the credentials. Rejects with an `Outage`. */
export function verify(attempt: ProofAttempt, tools: ProofTools): Promise<Verification> {
  const { credentials } = attempt
  return credentials.proof === 'mailbox'
    ? verifyMailbox(attempt, credentials, tools)
    : verifyAccount(attempt, credentials, tools)
}

function planProof(
  { mailbox, credentials }: ProofAttempt,
  { checkPassword }: ProofDependencies,
): readonly PanelCommand[] {
  return credentials.proof === 'mailbox'
    ? planMailboxProof(mailbox, checkPassword)
    : planAccountProof(mailbox, credentials)
}

/**
 * Hides what exists: some commands may have been skipped, or their results remembered. So a refusal waits for its turn, then for
 * the mean time of all commands of the proof. If the mail server refuses before any command, there are none.
 */
async function waitAsIfChecked(attempt: ProofAttempt, tools: ProofTools): Promise<void> {
  const { panel, clock, checkPassword } = tools
  if (attempt.credentials.proof === 'mailbox' && !checkPassword.asksPanel) return
  const waitMs = (await panel.takeTurn()) + panel.meanMs(planProof(attempt, tools)) - clock.now()
  panel.leave()
  if (waitMs > 0) await clock.wait(waitMs)
}
