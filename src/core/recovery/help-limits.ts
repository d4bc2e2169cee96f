import type { HelpRequest } from './help-request.js'

/** Prevents mail bombing by requests of people who can't sign in. Calls may reject with `StoreUnavailable`. */
export interface HelpLimits {
  /**
   * Admits a request, or rejects with a `Refused` that has a puzzle: if many mails were sent lately, if many requests wait, or if
   * the mailbox was often named with a recovery address, whether or not it exists.
   */
  admit(request: HelpRequest, solution: string | undefined, manyWait: boolean): Promise<void>
  /**
   * Counts a mail before it's sent.
   *
   * @param to its address, if that is counted too
   * @returns undefined if there were too many, otherwise a function that takes the count back
   */
  countMail(request: HelpRequest, to?: string): Promise<(() => Promise<void>) | undefined>
}
