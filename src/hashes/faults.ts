import { PanelFault } from '../core/panel-port.js'

/** @param scheme the scheme's name, with nothing from the hash */
export function unknownScheme(scheme: string): PanelFault {
  const wayOut = 'REKEY_MAILBOX_CHECK=imap checks passwords of any scheme'
  return new PanelFault('panel-failed', `stored hash of unknown scheme ${scheme}: ${wayOut}`)
}

/** @param scheme as for `unknownScheme` */
export function brokenHash(scheme: string): PanelFault {
  return new PanelFault('panel-failed', `broken stored hash of scheme ${scheme}`)
}
