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
  /** Called when the password turns out to be right. */
  readonly onRight: () => void
}

/** The commands of a successful proof, in order, if nothing is remembered. */
export function planMailboxProof({ localPart }: Mailbox, { asksPanel }: PasswordCheck): PanelCommand[] {
  return [
    'find-owner',
    ...(asksPanel ? (['read-mailbox'] as const) : []),
    ...(localPart.includes('.') ? (['read-mailbox'] as const) : []),
  ]
}

/** Checks the mailbox's current password. */
export async function verifyMailbox(
  attempt: ProofAttempt,
  { password }: MailboxCredentials,
  rules: MailboxRules,
): Promise<Verification> {
  const { mailbox } = attempt
  const { panel, owners } = rules
  let found = await lookUpMailbox(attempt, password, rules)
  // If the remembered owner no longer has the domain, look the owner up once more.
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
  /** In parallel with the password check if the panel has room; otherwise only when needed. */
  hasSiblings(): Promise<boolean>
}

/**
 * A wrong password costs one panel command, or none if the mail server checks it. An unknown mailbox doesn't change what is
 * remembered: the time of the next try would show it.
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
    // A change must not be the first command after the panel was away.
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
