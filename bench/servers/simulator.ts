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
export type Order = { readonly delayMs: number } | { readonly callsFor: string }

const panel = await startPanelSimulator({ hashPassword: hashOnce, moreDomains: DOMAINS })
process.on('message', (order: Order) => {
  if ('delayMs' in order) panel.delayMs = order.delayMs
  const name = 'callsFor' in order ? order.callsFor : ''
  process.send?.({ calls: panel.calls.filter(({ args }) => args.includes(name)).length })
  panel.calls.length = 0
})
process.send?.({ url: panel.url, certificate: panel.certificate.certificate })
