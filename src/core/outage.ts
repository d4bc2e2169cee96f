import type { Outcome } from './answer.js'
import { MailServerFault } from './mail-server-port.js'
import { PanelFault } from './panel-port.js'
import { BreachCheckUnavailable } from './password/breach-check.js'
import { StrengthNotEstimated } from './password/strength.js'

/** The store that instances share can't be used: nobody knows what the others have counted, or are changing. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  readonly code = 'store-unavailable'
  readonly reason: string

  /**
   * There is no cause: what a client fails with may quote its commands, and they the password.
   *
   * @param reason a word for the log
   */
  constructor(reason: string) {
    super(`store-unavailable: ${reason}`)
    this.reason = reason
  }
}

/** What keeps an attempt from being carried out and is not the person's doing. */
export type Outage =
  | PanelFault
  | MailServerFault
  | StoreUnavailable
  | BreachCheckUnavailable
  | StrengthNotEstimated

const OUTAGES = [PanelFault, MailServerFault, StoreUnavailable, BreachCheckUnavailable, StrengthNotEstimated]

/** Everything else that is thrown is a bug. */
export function isOutage(error: unknown): error is Outage {
  return OUTAGES.some((kind) => error instanceof kind)
}

/** Carries an attempt out; an outage is an outcome too. Rejects only on a bug. */
export async function orOutage<Result>(carryOut: () => Promise<Result>): Promise<Result | Outcome> {
  try {
    return await carryOut()
  } catch (error) {
    if (isOutage(error)) return outcomeOfOutage(error)
    throw error
  }
}

/** How an attempt ends that met an outage before a change was sent. */
export function outcomeOfOutage(outage: Outage): Outcome {
  if (outage instanceof PanelFault) {
    return { code: outage.code, reason: outage.reason, retryAfterMs: outage.retryAfterMs }
  }
  if (outage instanceof MailServerFault) {
    return { code: outage.code, reason: outage.reason, credentialsSent: outage.credentialsSent }
  }
  return { code: outage.code, reason: outage.reason }
}

/** Waits for all of them. An outage of one is for its user to find; a bug is thrown, whoever uses the result. */
export async function settleAll(work: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected' && !isOutage(result.reason)) throw result.reason
  }
}
