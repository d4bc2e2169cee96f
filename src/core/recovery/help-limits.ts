import type { HelpRequest } from './help-request.js'

/** Keeps mails for people who can't sign in from being used to bomb somebody. Each call may reject with `StoreUnavailable`. */
export interface HelpLimits {
  /**
   * Lets a request pass, or rejects with a `Refused` that has a puzzle: if many mails were sent lately, if many requests wait, or, with
   * a recovery address, if the mailbox was named often, whether or not it exists.
   */
  admit(request: HelpRequest, solution: string | undefined, manyWait: boolean): Promise<void>
  /**
   * Counts a mail about a mailbox that is to be sent.
   *
   * @param to the address that it goes to, if that is counted too
   * @returns undefined if there were too many, otherwise what takes the count back
   */
  countMail(request: HelpRequest, to?: string): Promise<(() => Promise<void>) | undefined>
}
