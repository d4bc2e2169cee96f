import type { Mailbox } from '../mailbox.js'

/** Whom a person asks who can't sign in: the administrator of their mailbox, or a link to their recovery address. */
export const helpers = ['administrator', 'address'] as const

export type Helper = (typeof helpers)[number]

/** A person who can't sign in asks for help. Nobody knows who it is. */
export interface HelpRequest {
  readonly mailbox: Mailbox
  readonly helper: Helper
  readonly clientAddress: string
  readonly requestId: string
}

/** What came of a request, for the log alone. */
export type HelpResult =
  | { readonly result: 'mail-sent' }
  | { readonly result: 'skipped'; readonly reason: SkipReason }
  /** It was tried in vain, and is not tried again. */
  | { readonly result: 'failed'; readonly reason: string }

/** The possible results of a request. */
export const helpResults = ['mail-sent', 'skipped', 'failed'] as const

/** Called once for each request. */
export type CountHelpRequest = (helper: Helper, result: HelpResult['result']) => void

export type SkipReason =
  | 'no-mailbox'
  | 'no-recovery-address'
  | 'address-too-new'
  | 'no-contact'
  | 'own-address'
  | 'account-suspended'
  | 'administrator'
  | 'too-many-mails'
