import { machineNames } from '../../test/panel-simulator/server/command-costs.js'
import { startPanelSimulator } from '../../test/panel-simulator/simulator.js'
import { hashMailPassword, type Scheme } from '../../test/panel-simulator/state/stored-hashes.js'
import { DOMAINS } from '../submissions.js'

// Hashing is the panel's work and none of ours: each password is hashed once.
const hashes = new Map<string, Promise<string>>()
const hashOnce = (password: string, scheme?: Scheme): Promise<string> => {
  const key = `${scheme} ${password}`
  const hash = hashes.get(key) ?? hashMailPassword(password, scheme)
  hashes.set(key, hash)
  return hash
}

/** What the bench may ask of the simulator. */
export type Order =
  | { readonly delayMs: number }
  | { readonly callsFor: string }
  | { readonly accepts: string; readonly password: string }
  | { readonly spent: true }

/** What was spent since the simulator's start. */
export interface Spent {
  readonly commands: number
  /** On a core of its own. */
  readonly workMs: number
}

const { PANEL_MACHINE = '' } = process.env
const machine = machineNames.find((name) => name === PANEL_MACHINE)
const panel = await startPanelSimulator({
  hashPassword: hashOnce,
  moreDomains: DOMAINS,
  moreMailboxes: 12,
  ...(machine && { machine }),
})
let forgotten = 0
process.on('message', async (order: Order) => process.send?.({ answer: await obey(order) }))

async function obey(order: Order): Promise<number | boolean | Spent> {
  if ('accepts' in order) return panel.accepts(order.accepts, order.password)
  if ('spent' in order) return { commands: forgotten + panel.calls.length, workMs: panel.workMs }
  if ('delayMs' in order) panel.delayMs = order.delayMs
  const name = 'callsFor' in order ? order.callsFor : ''
  const calls = panel.calls.filter(({ args }) => args.includes(name)).length
  forgotten += panel.calls.length
  panel.calls.length = 0
  return calls
}
process.send?.({ url: panel.url, certificate: panel.certificate.certificate })
