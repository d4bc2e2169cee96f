import { type PanelSimulator, startPanelSimulator } from '../../panel-simulator/simulator.js'
import { atEnd } from './at-end.js'
import { type Dovecot, hashWithDoveadm, startDovecot } from './dovecot.js'
import { scratchDirectory } from './scratch.js'

/** A mail host: the panel, and the mail server that reads the panel's login files. */
export interface MailHost {
  readonly panel: PanelSimulator
  readonly dovecot: Dovecot
}

export async function startMailHost(): Promise<MailHost> {
  const loginDirectory = scratchDirectory('logins')
  const panel = await startPanelSimulator({ hashPassword: hashWithDoveadm, loginDirectory })
  atEnd(() => panel.close())
  return { panel, dovecot: await startDovecot(loginDirectory) }
}
