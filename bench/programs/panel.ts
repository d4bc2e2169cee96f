import { startMailServer } from '../../test/kit/mail-server.js'
import { machineNames } from '../../test/panel-simulator/server/command-costs.js'
import { startPanelSimulator } from '../../test/panel-simulator/simulator.js'
import { hashMailPassword, type Scheme } from '../../test/panel-simulator/state/stored-hashes.js'

/** What the benchmark can ask: how much the panel has spent, or whether this is a mailbox's password. */
export type Order = 'spent' | { readonly address: string; readonly password: string }

/** What was spent since the start. */
export interface Spent {
  readonly commands: number
  /** Working time, as if each call had its own core. */
  readonly workMs: number
}

/** Hashing is the panel's work, not Rekey's, so each password is hashed only once. */
const hashes = new Map<string, Promise<string>>()

function hashOnce(password: string, scheme?: Scheme): Promise<string> {
  const key = `${scheme} ${password}`
  const hash = hashes.get(key) ?? hashMailPassword(password, scheme)
  hashes.set(key, hash)
  return hash
}

const machine = machineNames.find((name) => name === process.env.PANEL_MACHINE)
const panel = await startPanelSimulator({
  hashPassword: hashOnce,
  moreDomains: 32,
  moreMailboxes: 1000,
  ...(machine && { machine }),
})
const mail = await startMailServer({ accepts: (address, password) => panel.accepts(address, password) })

async function obey(order: Order): Promise<boolean | Spent> {
  if (order === 'spent') return { commands: panel.calls.length, workMs: panel.workMs }
  return await panel.accepts(order.address, order.password)
}

process.on('message', async (order: Order) => process.send?.(await obey(order)))
process.send?.({
  url: panel.url,
  certificate: panel.certificate.certificate,
  imapUrl: mail.url.href.replace(/\/$/, ''),
})
