import { MailServerFault } from './mail-server-port.js'
import { PanelFault } from './panel-port.js'

/** What keeps an attempt from being carried out and is not the person's doing. */
export type Outage = PanelFault | MailServerFault

/** Everything else that is thrown is a bug. */
export function isOutage(error: unknown): error is Outage {
  return error instanceof PanelFault || error instanceof MailServerFault
}
