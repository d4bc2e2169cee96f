import { runCommand } from '../commands/commands.js'
import { exitCodes, type Outcome } from '../commands/outcome.js'
import { refuseAccessKey, refuseLegacyCredentials } from '../credentials/admission.js'
import { readCredentials } from '../credentials/credentials.js'
import type { PanelState } from '../state/panel-state.js'
import { type Answer, CRASHED, renderOutcome, renderRefusal, UNREADABLE } from './answers.js'
import { type PanelRequest, trim } from './panel-request.js'
import type { Workload } from './workload.js'

/** A result that a test sets for a command, whether the command runs or not. */
interface ForcedEnd {
  readonly run: boolean
  readonly outcome: Outcome
}

/** The panel's API behind its web server. */
export interface Api {
  /** How many requests had a wrong key. The panel logs each as a failed login from the caller's address. */
  readonly refusedKeys: number
  /**
   * How many lines the panel wrote that its fail2ban counts, including permissions that a valid access key lacks (Hestia's
   * `bin/v-check-access-key`, `abort_missmatch`).
   */
  readonly failedLogins: number
  answer(request: PanelRequest, forced?: ForcedEnd): Promise<Answer>
}

export function createApi(panel: PanelState, workload: Workload): Api {
  let refusedKeys = 0
  let missingPermissions = 0
  return {
    get refusedKeys() {
      return refusedKeys
    },
    get failedLogins() {
      return refusedKeys + missingPermissions
    },
    async answer(request, forced) {
      const credentials = readCredentials(request.fields)
      if (!credentials) return UNREADABLE
      const refusal =
        credentials.kind === 'access-key'
          ? refuseAccessKey(credentials, request, panel)
          : refuseLegacyCredentials(request, panel)
      if (refusal) {
        if (refusal.code === exitCodes.password) refusedKeys += 1
        if (refusal.missesPermission) missingPermissions += 1
        return workload.run({ kind: credentials.kind }, () => renderRefusal(request.returncode, refusal))
      }
      const args = request.args.map(trim)
      if (args.some((argument) => argument.includes('\0'))) return CRASHED
      const run = () => runCommand(request.command, args, credentials.kind, panel, workload)
      const outcome = forced?.run === false ? forced.outcome : await run()
      return renderOutcome(credentials.kind, request.returncode, forced?.outcome ?? outcome)
    },
  }
}
