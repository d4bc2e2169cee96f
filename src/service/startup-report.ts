import type { Logger } from 'pino'
import type { Clock } from '../lib/clock.js'
import { isLegacy, type PanelCredentials } from '../panel/credentials.js'
import type { App } from './app.js'

/**
 * When (ms, after the start) the permissions of the access key are checked. The panel counts the check of a good key as a failed
 * login (see `unneededCommand`): without the delay, fail2ban would ban a service that starts five times in ten minutes.
 */
const KEY_CHECK_DELAY_MS = 5 * 60_000

const BETTER_KEY =
  'the key may run more commands than Rekey needs: make a key with fewer permissions with `rekey setup`'

interface ReportParts {
  readonly app: Pick<App, 'watch' | 'checkReadiness' | 'findKeyExcess' | 'isStopping'>
  readonly credentials: PanelCredentials
  readonly logger: Logger
  readonly clock: Clock
}

/**
 * Starts to watch the panel, and logs the result of the first check. Later logs a warning if the key may run more commands than
 * needed. Call it once.
 */
export async function reportPanel({ app, credentials, logger, clock }: ReportParts): Promise<void> {
  await app.watch()
  // A stop may have interrupted the check.
  if (app.isStopping()) return
  const faults = await app.checkReadiness()
  if (faults.length === 0) logger.info({ event: 'ready' })
  else logger.error({ event: 'not-ready', faults })
  // A legacy key needs no check: it may run every command.
  if (!isLegacy(credentials)) await clock.wait(KEY_CHECK_DELAY_MS)
  const { code, ...excess } = (await app.findKeyExcess()) ?? {}
  if (code) logger.warn({ event: code, ...excess, detail: BETTER_KEY })
}
