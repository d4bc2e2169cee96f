import type { Deadline } from '../lib/deadline.js'
import type { Secret } from '../lib/secret.js'
import type { Mailbox } from './mailbox.js'
import type { PanelFaultCode } from './panel-port.js'
import type { PasswordReason } from './password/rules.js'

/** What proves that the person may change the mailbox's password. */
export type Credentials =
  | { readonly mode: 'mailbox'; readonly password: Secret }
  | {
      readonly mode: 'account'
      readonly username: string
      readonly password: Secret
      readonly code: Secret | undefined
    }

export type Mode = Credentials['mode']

/** The ways of proof that the operator offers: at least one. */
export type Modes = readonly [Mode, ...Mode[]]

/** One try to change a mailbox's password. */
export interface Attempt {
  readonly mailbox: Mailbox
  readonly credentials: Credentials
  readonly newPassword: Secret
  /** In the form of `parseClientAddress`. */
  readonly clientAddress: string
  /** When the answer is due. */
  readonly deadline: Deadline
}

/** How an attempt ended; the whole truth as far as it is known. */
export type Outcome =
  | {
      readonly code: 'changed'
      /** `answered`: the panel said so. `looked-up`: its answer was lost, the stored hash accepts the new password. */
      readonly evidence: 'answered' | 'looked-up'
    }
  | {
      readonly code:
        | 'invalid-credentials'
        | 'code-required'
        | 'mailbox-not-found'
        | 'mailbox-suspended'
        /** The panel would destroy the logins of other mailboxes, whose names it would take for this one. */
        | 'mailbox-ambiguous'
    }
  | { readonly code: 'password-rejected'; readonly reasons: readonly PasswordReason[] }
  | {
      readonly code: PanelFaultCode
      /** For the operator's log. */
      readonly reason: string
      /** A change was sent, and when last looked at the password had not been changed. */
      readonly changeSent: boolean
    }
  | {
      readonly code: 'mail-server-unavailable'
      /** For the operator's log. */
      readonly reason: string
      /** The mail server may have tried the password. */
      readonly credentialsSent: boolean
    }
  | { readonly code: 'store-unavailable' }
  | {
      readonly code: 'breach-check-unavailable'
      /** For the operator's log. */
      readonly reason: string
    }
  | { readonly code: 'outcome-unknown' }
