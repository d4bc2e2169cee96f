import type { Mailbox } from '../mailbox.js'

/** Where people who can't sign in ask for help: the owner of the hosting account (`administrator`), or their recovery address. */
export const helpers = ['administrator', 'address'] as const

export type Helper = (typeof helpers)[number]

/** A request of someone who can't sign in. It may be anyone. */
export interface HelpRequest {
  readonly mailbox: Mailbox
  readonly helper: Helper
  readonly clientAddress: string
  readonly requestId: string
}

/** The result of a request, only for the log. */
export type HelpResult =
  | { readonly result: 'mail-sent' }
  | { readonly result: 'skipped'; readonly reason: SkipReason }
  /** It failed and isn't tried again. */
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
