import type { Deadline } from '../lib/deadline.js'
import type { Secret } from '../lib/secret.js'
import type { Mailbox } from './mailbox.js'

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
