import type { Outcome } from './attempt.js'
import { MailServerFault } from './mail-server-port.js'
import { PanelFault } from './panel-port.js'
import { StoreUnavailable } from './store-unavailable.js'

/** What keeps an attempt from being carried out and is not the person's doing. */
export type Outage = PanelFault | MailServerFault | StoreUnavailable

/** Everything else that is thrown is a bug. */
export function isOutage(error: unknown): error is Outage {
  return error instanceof PanelFault || error instanceof MailServerFault || error instanceof StoreUnavailable
}

/** How an attempt ends that met an outage before a change was sent. */
export function outcomeOfOutage(outage: Outage): Outcome {
  if (outage instanceof PanelFault) return { code: outage.code, reason: outage.reason, changeSent: false }
  if (outage instanceof StoreUnavailable) return { code: outage.code }
  return { code: outage.code, reason: outage.reason, credentialsSent: outage.credentialsSent }
}
