import type { Attempt, Credentials } from './attempt.js'
import type { DomainOwner, DomainOwners } from './domain-owners.js'
import type { HashCheck } from './hash-check.js'
import { inParallel } from './in-parallel.js'
import type { Mailbox } from './mailbox.js'
import type { Lookup, Panel } from './panel-port.js'
import type { Secret } from './secret.js'
import { exactHash, invalidCredentials, refused, standingOf, type Verification } from './verification.js'

type MailboxCredentials = Extract<Credentials, { mode: 'mailbox' }>

interface MailboxRules {
  readonly panel: Panel
  readonly owners: DomainOwners
  readonly isPasswordOf: HashCheck
}

/** Checks the mailbox's present password against its stored hash. */
export async function verifyMailbox(
  { mailbox }: Attempt,
  { password }: MailboxCredentials,
  { panel, owners, isPasswordOf }: MailboxRules,
): Promise<Verification> {
  const stored = await lookUpMailbox(mailbox, panel, owners)
  if (!stored) return invalidCredentials

  const { owner, name, hash } = stored
  const target = { owner: owner.username, domainForm: owner.domainForm, localPart: mailbox.localPart }
  const standing = standingOf(target.localPart, name)
  const storedHash = exactHash(target.localPart, hash)
  if (standing.is === 'absent' || !storedHash) return invalidCredentials
  if (!(await isPasswordOf(password, storedHash))) return invalidCredentials
  if (standing.is === 'ambiguous') {
    return refused({ code: 'mailbox-ambiguous', localParts: standing.localParts })
  }
  return { passed: true, target }
}

interface StoredPair {
  readonly owner: DomainOwner
  readonly name: Lookup<string>
  readonly hash: Lookup<Secret>
}

/**
 * Looks the mailbox up with the domain's owner. If the owner that was remembered has the domain no more, it is
 * looked for once again. An unknown mailbox changes nothing that is remembered: it would show in the time of the
 * next try.
 */
async function lookUpMailbox(
  mailbox: Mailbox,
  panel: Panel,
  owners: DomainOwners,
): Promise<StoredPair | undefined> {
  const stored = await lookUpWithOwner()
  if (stored?.name.found !== 'none' || stored.name.missing === 'mailbox') return stored
  owners.forget(mailbox)
  return await lookUpWithOwner()

  async function lookUpWithOwner(): Promise<StoredPair | undefined> {
    const owner = await owners.find(mailbox, panel)
    if (!owner) return undefined
    const { username, domainForm } = owner
    const [name, hash] = await inParallel([
      panel.lookUpStoredName(username, domainForm, mailbox.localPart),
      panel.lookUpStoredHash(username, domainForm, mailbox.localPart),
    ])
    return { owner, name, hash }
  }
}
