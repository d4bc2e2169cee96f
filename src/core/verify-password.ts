import type { Deadline } from '../lib/deadline.js'
import { Secret } from '../lib/secret.js'
import type { DomainOwner } from './domain-owners.js'
import { type MailLogin, MailServerFault } from './mail-server-port.js'
import type { Mailbox } from './mailbox.js'
import type { Panel } from './panel-port.js'
import { normalFormsOf } from './typed-text.js'

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
  /**
   * Whether it may open the mailbox in another of Unicode's normal forms: browsers and mail programs send what is typed alike
   * in different ones. Not for a password that is to be set, which must work exactly as it is.
   */
  readonly anyForm: boolean
  /** The person's. */
  readonly clientAddress: string
  readonly deadline: Deadline
  /** If it is aborted, the mail server isn't asked any more and its reason is thrown. */
  readonly hungUp?: AbortSignal
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

/** The same check, which also takes the password in another of Unicode's normal forms. */
export function inAnyForm(isPasswordOf: HashCheck): HashCheck {
  return async (password, storedHash) => {
    for (const form of normalFormsOf(password.reveal())) {
      if (await isPasswordOf(new Secret(form), storedHash)) return true
    }
    return false
  }
}

/** Holds the password against the hash that the panel stores. */
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
 * Tries the password at the mail server: the panel is asked for no stored hash, and the mail server's own defences see
 * the try. It is asked for mailboxes of unknown domains too, and at once: they must not show by a quicker answer. A login is
 * a failed one to those defences, so that a refused password is tried in no other form than the composed one.
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
        // The first login was a guess, whatever became of the second one.
        throw error instanceof MailServerFault ? new MailServerFault(error.reason, true) : error
      }
    },
    // Dovecot looks at its login files once a second.
    lagMs: 1500,
    // It may let nobody in, such as where a mailbox has no IMAP.
    refusalIsProof: false,
    asksPanel: false,
  }
}
