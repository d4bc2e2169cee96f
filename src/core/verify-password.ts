import type { Deadline } from '../lib/deadline.js'
import { Secret } from '../lib/secret.js'
import type { DomainOwner } from './domain-owners.js'
import { type MailLogin, MailServerFault } from './mail-server-port.js'
import type { Mailbox } from './mailbox.js'
import type { Panel } from './panel-port.js'
import { normalFormsOf } from './typed-text.js'

/**
 * Whether a stored hash, in Dovecot's form, accepts a password. Rejects with a `PanelFault` (`panel-failed`) that names the
 * scheme if that is unknown or the hash can't be read.
 */
export type HashCheck = (password: Secret, storedHash: Secret) => Promise<boolean>

/** A password that may open a mailbox. */
export interface Guess {
  readonly mailbox: Mailbox
  /** Where the panel has the mailbox; undefined if it has no such domain. */
  readonly owner: Promise<DomainOwner | undefined>
  readonly password: Secret
  /**
   * Whether other Unicode normal forms count: browsers and mail programs send the same typing in different ones. Not for a new
   * password, which must work exactly as it is.
   */
  readonly anyForm: boolean
  /** The person's address. */
  readonly clientAddress: string
  readonly deadline: Deadline
  /** If aborted, the mail server isn't asked any more and its reason is thrown. */
  readonly hungUp?: AbortSignal
}

/** `no-mailbox`, `no-domain`: there is nothing to open, as far as the check can tell. */
export type CheckResult = 'right' | 'wrong' | 'no-mailbox' | 'no-domain'

/** A way to find out whether a password opens a mailbox. */
export interface PasswordCheck {
  /** Rejects with an `Outage` if it can't find out. */
  check(guess: Guess, panel: Panel): Promise<CheckResult>
  /** How long (ms) after a change the old password may still pass. */
  readonly lagMs: number
  /** Whether a refused password is certainly not in force. */
  readonly refusalIsProof: boolean
  /** Whether it sends panel commands. */
  readonly asksPanel: boolean
}

/** The same check, which also accepts other Unicode normal forms of the password. */
export function inAnyForm(isPasswordOf: HashCheck): HashCheck {
  return async (password, storedHash) => {
    for (const form of normalFormsOf(password.reveal())) {
      if (await isPasswordOf(new Secret(form), storedHash)) return true
    }
    return false
  }
}

/** Checks the password with the hash that the panel stores. */
export function checkByStoredHash(isPasswordOf: HashCheck): PasswordCheck {
  const acceptsAnyForm = inAnyForm(isPasswordOf)
  return {
    async check({ mailbox: { localPart }, owner, password, anyForm }, panel) {
      const found = await owner
      if (!found) return 'no-domain'
      const lookup = await panel.lookUpStoredHash(found.username, found.domainForm, localPart)
      if (lookup.found === 'none') return `no-${lookup.missing}`
      const isRight = await (anyForm ? acceptsAnyForm : isPasswordOf)(password, lookup.value)
      return isRight ? 'right' : 'wrong'
    },
    lagMs: 0,
    refusalIsProof: true,
    asksPanel: true,
  }
}

/**
 * Tries the password at the mail server, so no stored hash leaves the panel, and the server's own protection sees the try.
 * Unknown domains are tried too, and at once: a quicker answer would show them. The server may count each refusal, so a refused
 * password is tried again only in its composed form.
 */
export function checkByMailLogin(logIn: MailLogin): PasswordCheck {
  return {
    async check({ mailbox: { address }, password, anyForm, clientAddress, deadline, hungUp }) {
      if (await logIn(address, password, clientAddress, deadline, hungUp)) return 'right'
      const composed = password.reveal().normalize('NFC')
      if (!anyForm || composed === password.reveal()) return 'wrong'
      try {
        return (await logIn(address, new Secret(composed), clientAddress, deadline)) ? 'right' : 'wrong'
      } catch (error) {
        // The first login was a guess, whatever became of the second.
        throw error instanceof MailServerFault ? new MailServerFault(error.reason, true) : error
      }
    },
    // Dovecot reads its login files at most once a second.
    lagMs: 1500,
    // A login can fail for other reasons, such as a mailbox without IMAP.
    refusalIsProof: false,
    asksPanel: false,
  }
}
