import type { DomainOwner } from './domain-owners.js'
import type { HashCheck } from './hash-check.js'
import type { MailLogin } from './mail-server-port.js'
import type { Mailbox } from './mailbox.js'
import type { Panel } from './panel-port.js'
import type { Secret } from './secret.js'
import { exactHash } from './verification.js'

/** A mailbox that somebody named, and where the panel would keep it; no owner where it has no such domain. */
export interface NamedMailbox {
  readonly mailbox: Mailbox
  readonly owner: DomainOwner | undefined
}

/**
 * Tells whether a password is the one that opens a mailbox now; undefined where there is nothing to hold it against.
 * It says nothing about the mailbox's exact name. Rejects with an `Outage` if it can't be found out.
 *
 * @param clientAddress the person's
 */
export type PasswordCheck = (
  named: NamedMailbox,
  password: Secret,
  clientAddress: string,
  panel: Panel,
) => Promise<boolean | undefined>

/** Holds the password against the hash that the panel stores. */
export function checkByStoredHash(isPasswordOf: HashCheck): PasswordCheck {
  return async function checkStoredHash({ mailbox: { localPart }, owner }, password, _clientAddress, panel) {
    if (!owner) return undefined
    const lookup = await panel.lookUpStoredHash(owner.username, owner.domainForm, localPart)
    const hash = exactHash(localPart, lookup)
    return hash && (await isPasswordOf(password, hash))
  }
}

/**
 * Tries the password at the mail server, so that no stored hash leaves the panel and the mail server's own defences
 * see the try. It is asked for mailboxes of unknown domains too: they must not show by a quicker answer.
 */
export function checkByMailLogin(logIn: MailLogin): PasswordCheck {
  return ({ mailbox }, password, clientAddress) => logIn(mailbox.address, password, clientAddress)
}
