import type { Deadline } from './deadline.js'
import type { DomainOwner } from './domain-owners.js'
import type { HashCheck } from './hash-check.js'
import type { MailLogin } from './mail-server-port.js'
import type { Mailbox } from './mailbox.js'
import type { Panel } from './panel-port.js'
import type { Secret } from './secret.js'
import { exactHash } from './verification.js'

/** A password that may be the one that opens a mailbox. */
export interface Guess {
  readonly mailbox: Mailbox
  /** Where the panel keeps the mailbox; undefined where it has no such domain. */
  readonly owner: Promise<DomainOwner | undefined>
  readonly password: Secret
  /** The person's. */
  readonly clientAddress: string
  readonly deadline: Deadline
}

/** A way to find out whether a password opens a mailbox now. It says nothing about the mailbox's exact name. */
export interface PasswordCheck {
  /** Undefined where there is nothing to hold it against. Rejects with an `Outage` if it can't be found out. */
  isRight(guess: Guess, panel: Panel): Promise<boolean | undefined>
  /** For how long after a change (ms) the former password may still be taken for the right one. */
  readonly lagMs: number
  /** Whether a password that is refused is certainly not the one in force. */
  readonly refusalIsProof: boolean
}

/** Holds the password against the hash that the panel stores. */
export function checkByStoredHash(isPasswordOf: HashCheck): PasswordCheck {
  return {
    async isRight({ mailbox: { localPart }, owner, password }, panel) {
      const found = await owner
      if (!found) return undefined
      const lookup = await panel.lookUpStoredHash(found.username, found.domainForm, localPart)
      const hash = exactHash(localPart, lookup)
      return hash && (await isPasswordOf(password, hash))
    },
    lagMs: 0,
    refusalIsProof: true,
  }
}

/**
 * Tries the password at the mail server: the panel is asked for no stored hash, and the mail server's own defences see
 * the try. It is asked for mailboxes of unknown domains too, and at once: they must not show by a quicker answer.
 */
export function checkByMailLogin(logIn: MailLogin): PasswordCheck {
  return {
    isRight: ({ mailbox, password, clientAddress, deadline }) =>
      logIn(mailbox.address, password, clientAddress, deadline),
    // Dovecot looks at its login files once a second.
    lagMs: 1500,
    // It may let nobody in, such as where a mailbox has no IMAP.
    refusalIsProof: false,
  }
}
