import type { Attempt, Credentials } from './attempt.js'
import type { DomainOwner, DomainOwners } from './domain-owners.js'
import { inParallel } from './in-parallel.js'
import { isOutage } from './outage.js'
import type { Lookup, Panel } from './panel-port.js'
import type { PasswordCheck } from './password-check.js'
import type { Secret } from './secret.js'
import { invalidCredentials, refused, standingOf, type Verification } from './verification.js'

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
  const { owner, name, right } = await lookUpMailbox(attempt, password, rules)
  const standing = standingOf(mailbox.localPart, name)
  if (!owner || standing.is === 'absent' || !right) return invalidCredentials
  if (standing.is === 'ambiguous') {
    return refused({ code: 'mailbox-ambiguous', localParts: standing.localParts })
  }
  return { passed: true, target: { mailbox, owner } }
}

interface Found {
  readonly owner: DomainOwner | undefined
  readonly name: Lookup<string>
  readonly right: boolean | undefined
}

/**
 * Looks the mailbox up with the domain's owner, and checks the password meanwhile. If the owner that was remembered
 * has the domain no more, it is looked for once again. An unknown mailbox changes nothing that is remembered: it
 * would show in the time of the next try.
 */
async function lookUpMailbox(
  { mailbox, clientAddress, deadline }: Attempt,
  password: Secret,
  rules: MailboxRules,
): Promise<Found> {
  const { panel, owners, checkPassword } = rules
  const found = await lookUpWithOwner()
  if (!found.owner || found.name.found !== 'none' || found.name.missing === 'mailbox') return found
  owners.forget(mailbox)
  return await lookUpWithOwner()

  async function lookUpWithOwner(): Promise<Found> {
    const owner = owners.find(mailbox, panel)
    const looked = lookUpName(owner)
    const checked = checkPassword.isRight({ mailbox, owner, password, clientAddress, deadline }, panel)
    try {
      // What the check could not find out comes first: a password that was tried in vain must count.
      const [right, found, name] = await inParallel([checked, owner, looked])
      return { owner: found, name, right }
    } catch (error) {
      // A wrong password is wrong, also where the panel can't be asked: an outage makes no guess free.
      if (!isOutage(error) || (await checked.catch(() => undefined)) !== false) throw error
      return { owner: undefined, name: { found: 'none', missing: 'mailbox' }, right: false }
    }
  }

  async function lookUpName(found: Promise<DomainOwner | undefined>): Promise<Lookup<string>> {
    const owner = await found
    if (!owner) return { found: 'none', missing: 'domain' }
    return await panel.lookUpStoredName(owner.username, owner.domainForm, mailbox.localPart)
  }
}
