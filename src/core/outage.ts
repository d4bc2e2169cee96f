import type { Outcome } from './answer.js'
import { MailServerFault } from './mail-server-port.js'
import { PanelFault } from './panel-port.js'
import { BreachCheckUnavailable } from './password/breach-check.js'
import { StrengthNotEstimated } from './password/strength.js'

/** The shared store can't be used, so nobody knows what other instances count or change. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  readonly code = 'store-unavailable'
  readonly reason: string

  /**
   * Has no `cause`: a client's error may quote its commands, and with them the password.
   *
   * @param reason a word for the log
   */
  constructor(reason: string) {
    super(`store-unavailable: ${reason}`)
    this.reason = reason
  }
}

/** An error that stops an attempt and isn't the person's fault. */
export type Outage =
  | PanelFault
  | MailServerFault
  | StoreUnavailable
  | BreachCheckUnavailable
  | StrengthNotEstimated

const OUTAGES = [PanelFault, MailServerFault, StoreUnavailable, BreachCheckUnavailable, StrengthNotEstimated]

/** Any other error is a bug. */
export function isOutage(error: unknown): error is Outage {
  return OUTAGES.some((kind) => error instanceof kind)
}

/** Runs it and turns an outage into an outcome. Rejects only on a bug. */
export async function orOutage<Result>(carryOut: () => Promise<Result>): Promise<Result | Outcome> {
  try {
    return await carryOut()
  } catch (error) {
    if (isOutage(error)) return outcomeOfOutage(error)
    throw error
  }
}

/** The outcome of an outage before the change was sent. */
export function outcomeOfOutage(outage: Outage): Outcome {
  if (outage instanceof PanelFault) {
    return { code: outage.code, reason: outage.reason, retryAfterMs: outage.retryAfterMs }
  }
  if (outage instanceof MailServerFault) {
    return { code: outage.code, reason: outage.reason, credentialsSent: outage.credentialsSent }
  }
  return { code: outage.code, reason: outage.reason }
}

/** Waits until all have settled. Throws bugs; outages are left to the code that awaits the result. */
export async function settleAll(work: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected' && !isOutage(result.reason)) throw result.reason
  }
}
