import type { Secret } from '../../lib/secret.js'

interface AboutMailbox {
  readonly to: string
  /** The language that the reader probably wants (BCP 47). The nearest available one is used. */
  readonly language: string
  /** The mailbox's address. */
  readonly mailbox: string
}

interface ByClient extends AboutMailbox {
  /** The address of the person who made the change or request. */
  readonly clientAddress: string
}

interface WithLink {
  /** The full link. */
  readonly url: Secret
  /** When it expires, in Unix time. */
  readonly expiresMs: number
}

/** A mail about a mailbox, by its message. */
export type Mail =
  /** To the mailbox. */
  | (ByClient & { readonly kind: 'changed' })
  /** To the owner of the hosting account. */
  | (ByClient & {
      readonly kind: 'changed-for-owner' | 'address-changed-for-owner'
      readonly account: string
    })
  /** To the recovery address. */
  | (ByClient & { readonly kind: 'changed-for-address' })
  /** To the mailbox: the owner made a link for it. */
  | (ByClient & { readonly kind: 'link-made'; readonly expiresMs: number })
  /** To the owner: someone can't sign in. Links to the page where owners make links. */
  | (ByClient & { readonly kind: 'help-asked'; readonly url: Secret })
  /** To the recovery address. */
  | (ByClient & WithLink & { readonly kind: 'recover' })
  /** To the recovery address, which doesn't work any more. */
  | (ByClient & { readonly kind: 'recovery-ended' })
  /** To a new recovery address. */
  | (AboutMailbox & WithLink & { readonly kind: 'confirm-address' })
  /** To the mailbox. */
  | (ByClient & { readonly kind: 'address-set' | 'address-removed'; readonly masked: string })
  /** To the former recovery address. */
  | (ByClient & { readonly kind: 'address-replaced' })

/**
 * Sends a mail after the answer to a request. Returns at once and never fails. Does nothing without a mail server in the
 * configuration.
 *
 * @param whenDropped called if the mail wasn't sent and won't be
 */
export type SendMail = (mail: Mail, requestId: string, whenDropped?: () => void) => void

/** The possible fates of a mail. */
export const mailResults = ['sent', 'refused', 'gave-up', 'queue-full', 'stopped'] as const

export type MailResult = (typeof mailResults)[number]

/** Called once for each mail. */
export type CountMail = (result: MailResult) => void
