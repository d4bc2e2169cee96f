import type { Secret } from '../../lib/secret.js'
import type { Mailbox } from '../mailbox.js'

/**
 * `owner`: made by the owner of the hosting account, to set a new password. `address`: sent to a recovery address, to set a new
 * password. `confirmation`: sent to a new recovery address, to confirm it.
 */
export type LinkKind = 'owner' | 'address' | 'confirmation'

/** What must be unchanged since a link was made. */
export interface LinkBinding {
  /** The hosting account. */
  readonly owner: string
  /** The form of the domain that the panel knows. */
  readonly domainForm: string
  readonly localPart: string
  readonly storedHash: Secret
  /** What else links of this kind depend on, such as when the account's links were last ended. */
  readonly state: string
}

/** A link that Rekey made and that hasn't expired. */
export interface OpenedLink {
  readonly kind: LinkKind
  /** Identifies the link. */
  readonly id: string
  /** In Unix time. */
  readonly expiresMs: number
  readonly mailbox: Mailbox
  /** Whether nothing has changed since the link was made. Compares in constant time. */
  isBoundTo(binding: LinkBinding): boolean
}

/** Makes and opens the secret part of recovery links. */
export interface RecoveryLinks {
  /** @param expiresMs Unix time, rounded down to seconds */
  make(kind: LinkKind, binding: LinkBinding, expiresMs: number): Secret
  /** Undefined if Rekey didn't make it, or if it has expired. */
  open(text: string): OpenedLink | undefined
}
