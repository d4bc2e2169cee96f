import type { Deadline } from '../lib/deadline.js'
import type { Secret } from '../lib/secret.js'
import type { Mailbox } from './mailbox.js'

/** What proves that the person may change the mailbox's password. */
export type Credentials =
  | { readonly proof: 'mailbox'; readonly password: Secret }
  | {
      readonly proof: 'account'
      readonly username: string
      readonly password: Secret
      readonly code: Secret | undefined
    }

export type Proof = Credentials['proof']

/** The kinds of proof that the operator offers: at least one. */
export type Proofs = readonly [Proof, ...Proof[]]

/**
 * `public`: anyone, by the page or the JSON interface. `client`: a program with a token, which may send the person's address.
 * `webmail`: a webmail server, which sends everyone's attempts from its own address.
 */
export type CallerKind = 'public' | 'client' | 'webmail'

/** One try to prove the right to a mailbox. */
export interface ProofAttempt {
  readonly mailbox: Mailbox
  readonly credentials: Credentials
  /** A puzzle's solution, as it was sent. */
  readonly solution: string | undefined
  readonly callerKind: CallerKind
  /** In the form of `parseClientAddress`. */
  readonly clientAddress: string
  /** When the answer is due. */
  readonly deadline: Deadline
  /** Aborted with `callerGone` when the caller hangs up. */
  readonly hungUp: AbortSignal
}

/** One try to change a mailbox's password. */
export interface Attempt extends ProofAttempt {
  readonly newPassword: Secret
}
