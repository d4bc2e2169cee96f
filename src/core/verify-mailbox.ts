import { inParallel } from '../lib/in-parallel.js'
import type { Secret } from '../lib/secret.js'
import type { Attempt, Credentials } from './attempt.js'
import type { DomainOwner, DomainOwners } from './domain-owners.js'
import { isOutage } from './outage.js'
import type { Panel } from './panel-port.js'
import { invalidCredentials, refused, standingOf, type Verification } from './verification.js'
import type { CheckResult, PasswordCheck } from './verify-password.js'

type MailboxCredentials = Extract<Credentials, { mode: 'mailbox' }>

interface MailboxRules {
  readonly panel: Panel
  readonly owners: DomainOwners
  readonly checkPassword: PasswordCheck
}

/** Checks the mailbox's present password. */
export async function verifyMailbox(
  attempt: Attempt,
  { password }: MailboxCredentials,
  rules: MailboxRules,
): Promise<Verification> {
  const { mailbox } = attempt
  const { owner, hasSiblings, result } = await lookUpMailbox(attempt, password, rules)
  if (!owner || result !== 'right') return invalidCredentials
  const target = { mailbox, owner }
  switch (await standingOf(target, hasSiblings, rules.panel)) {
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
  readonly hasSiblings: boolean
  readonly result: CheckResult
}

/**
 * Asks for the mailbox's siblings at the domain's owner, and checks the password meanwhile. If the owner that was
 * remembered has the domain no more, it is looked for once again. An unknown mailbox changes nothing that is remembered:
 * it would show in the time of the next try.
 */
async function lookUpMailbox(
  { mailbox, clientAddress, deadline }: Attempt,
  password: Secret,
  rules: MailboxRules,
): Promise<Found> {
  const { panel, owners, checkPassword } = rules
  const found = await lookUpWithOwner()
  if (!found.owner || found.result !== 'no-domain') return found
  owners.forget(mailbox)
  return await lookUpWithOwner()

  async function lookUpWithOwner(): Promise<Found> {
    const owner = owners.find(mailbox, panel)
    const siblings = lookUpSiblings(owner)
    const checked = checkPassword.check({ mailbox, owner, password, clientAddress, deadline }, panel)
    try {
      // What the check could not find out comes first: a password that was tried in vain must count.
      const [result, found, hasSiblings] = await inParallel([checked, owner, siblings])
      return { owner: found, hasSiblings, result }
    } catch (error) {
      // A wrong password is wrong, also where the panel can't be asked: an outage makes no guess free.
      if (!isOutage(error) || (await checked.catch(() => undefined)) !== 'wrong') throw error
      return { owner: undefined, hasSiblings: false, result: 'wrong' }
    }
  }

  async function lookUpSiblings(found: Promise<DomainOwner | undefined>): Promise<boolean> {
    const owner = await found
    if (!owner) return false
    return await panel.hasSiblings(owner.username, owner.domainForm, mailbox.localPart)
  }
}
