import type { Config } from '../config/load.js'
import { askHealth } from '../system/health-check.js'
import { type Finding, fault, notChecked, ok } from './finding.js'

const CHECK = 'socket'

/** Tells whether the service answers on the Unix socket that its proxy hands requests to. */
export async function findSocket({
  listen,
  basePath,
}: Pick<Config, 'listen' | 'basePath'>): Promise<Finding> {
  if (!('path' in listen)) return ok(CHECK, 'not in use: Rekey listens on a port')
  const reason = await askHealth({ listen, basePath })
  switch (reason) {
    case undefined:
      return ok(CHECK, `the service answers on ${listen.path}`)
    case 'EACCES':
      return notChecked(CHECK, `this user may not connect to ${listen.path}: run the doctor as root`)
    default: {
      const fix =
        'Start it: `systemctl start rekey.socket rekey`. If it doesn’t start, `journalctl -u rekey` says why.'
      return fault(
        CHECK,
        'socket-not-answered',
        `the service doesn’t answer on ${listen.path} (${reason})`,
        fix,
      )
    }
  }
}
