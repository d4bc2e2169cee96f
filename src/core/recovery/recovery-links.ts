import type { Secret } from '../../lib/secret.js'
import type { Mailbox } from '../mailbox.js'

/**
 * What a link is for. `owner`: made by the hosting account's owner. `address`: sent to a recovery address; both set a new password.
 * `confirmation`: sent to a recovery address that is to be confirmed.
 */
export type LinkKind = 'owner' | 'address' | 'confirmation'

/** What must be as it was when a link was made. */
export interface LinkBinding {
  /** The hosting account that owns the domain. */
  readonly owner: string
  /** The form in which the panel knows the domain. */
  readonly domainForm: string
  readonly localPart: string
  readonly storedHash: Secret
  /** What else a link of its kind depends on, such as when the account's links were last ended. */
  readonly state: string
}

/** A link that we made and that has not expired. */
export interface OpenedLink {
  readonly kind: LinkKind
  /** Tells it from all other links. */
  readonly id: string
  /** In Unix time. */
  readonly expiresMs: number
  readonly mailbox: Mailbox
  /** Whether all is as it was when the link was made; compared in constant time. */
  isBoundTo(binding: LinkBinding): boolean
}

/** Makes and opens the secret part of recovery links. */
export interface RecoveryLinks {
  /** @param expiresMs Unix time, cut to whole seconds */
  make(kind: LinkKind, binding: LinkBinding, expiresMs: number): Secret
  /** Undefined if we didn't make it, or if it has expired. */
  open(text: string): OpenedLink | undefined
}
