import type { Secret } from '../lib/secret.js'
import type { Credentials, ProofAttempt } from './attempt.js'
import type { DomainOwner, DomainOwners } from './domain-owners.js'
import type { Mailbox } from './mailbox.js'
import { settleAll } from './outage.js'
import type { PanelCommand, PanelVisit } from './panel-port.js'
import { effectOf, invalidCredentials, refused, type Verification } from './verification.js'
import type { CheckResult, PasswordCheck } from './verify-password.js'

type MailboxCredentials = Extract<Credentials, { proof: 'mailbox' }>

interface MailboxRules {
  readonly panel: PanelVisit
  readonly owners: DomainOwners
  readonly checkPassword: PasswordCheck
  /** Told when the password turned out to be right. */
  readonly onRight: () => void
}

/** The commands that this proof takes one after another, if the password is right and nothing is remembered. */
export function planMailboxProof({ localPart }: Mailbox, { asksPanel }: PasswordCheck): PanelCommand[] {
  return [
    'find-owner',
    ...(asksPanel ? (['read-mailbox'] as const) : []),
    ...(localPart.includes('.') ? (['read-mailbox'] as const) : []),
  ]
}

/** Checks the mailbox's present password. */
export async function verifyMailbox(
  attempt: ProofAttempt,
  { password }: MailboxCredentials,
  rules: MailboxRules,
): Promise<Verification> {
  const { mailbox } = attempt
  const { panel, owners } = rules
  let found = await lookUpMailbox(attempt, password, rules)
  // If the owner that was remembered has the domain no more, it is looked for once again.
  if (found.owner && found.result === 'no-domain') {
    await owners.forget(mailbox)
    found = await lookUpMailbox(attempt, password, rules)
  }
  const { owner, result } = found
  if (!owner || result !== 'right') return invalidCredentials
  const target = { mailbox, owner }
  switch (await effectOf(target, await found.hasSiblings(), panel)) {
    case 'safe':
      return { passed: true, target }
    case 'ambiguous':
      return refused({ code: 'mailbox-ambiguous' })
    case 'absent':
      return invalidCredentials
  }
}

interface Found {
  readonly owner: DomainOwner | undefined
  readonly result: CheckResult
  /** Asked beside the password where the panel has room for both, otherwise only when it is needed. */
  hasSiblings(): Promise<boolean>
}

/**
 * Checks the password; a wrong one costs the panel one command, or none where the mail server checks it. An unknown
 * mailbox changes nothing that is remembered: it would show in the time of the next try.
 */
async function lookUpMailbox(
  attempt: ProofAttempt,
  password: Secret,
  { panel, owners, checkPassword, onRight }: MailboxRules,
): Promise<Found> {
  const { mailbox, clientAddress, deadline, hungUp } = attempt
  const check = (owner: Promise<DomainOwner | undefined>) =>
    checkPassword.check({ mailbox, owner, password, anyForm: true, clientAddress, deadline, hungUp }, panel)
  if (!checkPassword.asksPanel) {
    const result = await check(Promise.resolve(undefined))
    if (result !== 'right') return { owner: undefined, result, hasSiblings: async () => false }
    onRight()
    // A change is never what tells that the panel is back: its owner's name is asked for anew then.
    if (panel.isAway()) await owners.forget(mailbox)
    const owner = await owners.find(mailbox, attempt, panel)
    return { owner, result, hasSiblings: () => lookUpSiblings(owner) }
  }

  const owner = await owners.find(mailbox, attempt, panel)
  const asked = owner && panel.hasRoom(2) ? lookUpSiblings(owner) : undefined
  const checked = check(Promise.resolve(owner))
  await settleAll([checked, asked])
  if ((await checked) === 'right') onRight()
  return { owner, result: await checked, hasSiblings: () => asked ?? lookUpSiblings(owner) }

  async function lookUpSiblings(found: DomainOwner | undefined): Promise<boolean> {
    if (!found) return false
    return await panel.hasSiblings(found.username, found.domainForm, mailbox.localPart)
  }
}
