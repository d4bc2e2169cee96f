import type { Secret } from '../../lib/secret.js'

interface AboutMailbox {
  readonly to: string
  /** The language that its reader is likely to want (BCP 47); the nearest one that the service speaks is taken. */
  readonly language: string
  /** Its address. */
  readonly mailbox: string
}

interface ByClient extends AboutMailbox {
  /** Of the person who did or asked it. */
  readonly clientAddress: string
}

interface WithLink {
  /** A whole link. */
  readonly url: Secret
  /** When it stops working, in Unix time. */
  readonly expiresMs: number
}

/** A mail about a mailbox, by what it tells. */
export type Mail =
  /** To the mailbox. */
  | (ByClient & { readonly kind: 'changed' })
  /** To the hosting account that owns the mailbox. */
  | (ByClient & { readonly kind: 'changed-for-owner'; readonly account: string })
  /** To the recovery address. */
  | (ByClient & { readonly kind: 'changed-for-address' })
  /** To the mailbox: the owner made a link for it. */
  | (ByClient & { readonly kind: 'link-made'; readonly expiresMs: number })
  /** To the owner: somebody can't sign in. It leads to the page on which owners make links. */
  | (ByClient & { readonly kind: 'help-asked'; readonly url: Secret })
  /** To the recovery address. */
  | (ByClient & WithLink & { readonly kind: 'recover' })
  /** To the recovery address, which can't be used any more. */
  | (ByClient & { readonly kind: 'recovery-ended' })
  /** To an address that is to be a recovery address. */
  | (AboutMailbox & WithLink & { readonly kind: 'confirm-address' })
  /** To the mailbox. */
  | (ByClient & { readonly kind: 'address-set' | 'address-removed'; readonly masked: string })
  /** To the former recovery address. */
  | (ByClient & { readonly kind: 'address-replaced' })

/**
 * Sends a mail when the answer to a request was given; neither waits nor fails. Does nothing if no mail server is configured.
 *
 * @param whenDropped called if the mail wasn't sent and won't be
 */
export type SendMail = (mail: Mail, requestId: string, whenDropped?: () => void) => void

/** The possible fates of a mail. */
export const mailResults = ['sent', 'refused', 'gave-up', 'queue-full', 'stopped'] as const

export type MailResult = (typeof mailResults)[number]

/** Called once for each mail. */
export type CountMail = (result: MailResult) => void
