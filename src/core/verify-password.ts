import type { Deadline } from '../lib/deadline.js'
import type { Secret } from '../lib/secret.js'
import type { DomainOwner } from './domain-owners.js'
import type { MailLogin } from './mail-server-port.js'
import type { Mailbox } from './mailbox.js'
import type { Panel } from './panel-port.js'

/**
 * Tells whether a mailbox's stored hash, in Dovecot's form, accepts a password. Rejects with a `PanelFault`
 * (`panel-failed`) that names the scheme if the hash is of an unknown scheme or cannot be read.
 */
export type HashCheck = (password: Secret, storedHash: Secret) => Promise<boolean>

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

/** What came of a guess; `no-mailbox` and `no-domain`: there is none to open, as far as the check can tell. */
export type CheckResult = 'right' | 'wrong' | 'no-mailbox' | 'no-domain'

/** A way to find out whether a password opens a mailbox now. */
export interface PasswordCheck {
  /** Rejects with an `Outage` if it can't be found out. */
  check(guess: Guess, panel: Panel): Promise<CheckResult>
  /** For how long after a change (ms) the former password may still be taken for the right one. */
  readonly lagMs: number
  /** Whether a password that is refused is certainly not the one in force. */
  readonly refusalIsProof: boolean
  /** Whether the panel is asked. */
  readonly asksPanel: boolean
}

/** Holds the password against the hash that the panel stores. */
export function checkByStoredHash(isPasswordOf: HashCheck): PasswordCheck {
  return {
    async check({ mailbox: { localPart }, owner, password }, panel) {
      const found = await owner
      if (!found) return 'no-domain'
      const lookup = await panel.lookUpStoredHash(found.username, found.domainForm, localPart)
      if (lookup.found === 'none') return `no-${lookup.missing}`
      return (await isPasswordOf(password, lookup.value)) ? 'right' : 'wrong'
    },
    lagMs: 0,
    refusalIsProof: true,
    asksPanel: true,
  }
}

/**
 * Tries the password at the mail server: the panel is asked for no stored hash, and the mail server's own defences see
 * the try. It is asked for mailboxes of unknown domains too, and at once: they must not show by a quicker answer.
 */
export function checkByMailLogin(logIn: MailLogin): PasswordCheck {
  return {
    async check({ mailbox, password, clientAddress, deadline }) {
      return (await logIn(mailbox.address, password, clientAddress, deadline)) ? 'right' : 'wrong'
    },
    // Dovecot looks at its login files once a second.
    lagMs: 1500,
    // It may let nobody in, such as where a mailbox has no IMAP.
    refusalIsProof: false,
    asksPanel: false,
  }
}
