import type { FindKeyExcess, PanelUse } from '../core/panel-port.js'
import type { Clock } from '../lib/clock.js'
import { createDeadline } from '../lib/deadline.js'
import type { RunCommand } from './command-runner.js'
import { isLegacy, type PanelCredentials } from './credentials.js'
import { unneededCommand } from './needed-commands.js'
import { probe } from './probe.js'

/**
 * Checks the kind of the key, and tries one command that Rekey doesn't need. Don't run it often: a key that has only what it
 * needs is refused (see `unneededCommand`).
 *
 * @param timeoutMs for the command, including the wait for its turn
 */
export function createKeyExcessCheck(
  run: RunCommand,
  credentials: PanelCredentials,
  uses: readonly PanelUse[],
  timeoutMs: number,
  clock: Clock,
): FindKeyExcess {
  const command = unneededCommand(uses)
  return async function findKeyExcess() {
    if (isLegacy(credentials)) {
      return { code: 'legacy-key', kind: credentials.kind === 'api-key' ? 'api-key' : 'admin-password' }
    }
    const fault = await probe(run, command, createDeadline(timeoutMs, clock))
    return fault ? undefined : { code: 'key-may-do-more', command }
  }
}
