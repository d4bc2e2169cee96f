import type { Logger } from 'pino'
import type { Clock } from '../lib/clock.js'
import { isLegacy, type PanelCredentials } from '../panel/credentials.js'
import type { App } from './app.js'

/**
 * What an access key may do is looked at so long (ms) after the start: where all is well the panel counts the look as a
 * failed login (see `unneededCommand`), and its fail2ban would ban a service that is started five times in ten minutes.
 */
const KEY_CHECK_DELAY_MS = 5 * 60_000

const BETTER_KEY = 'it may do more than is needed: `rekey setup` makes one that may not'

interface ReportParts {
  readonly app: Pick<App, 'watch' | 'checkReadiness' | 'findKeyExcess' | 'isStopping'>
  readonly credentials: PanelCredentials
  readonly logger: Logger
  readonly clock: Clock
}

/**
 * Begins to watch the panel, tells the log what the first check found, and later whether its key may do more than is
 * needed. To be called once.
 */
export async function reportPanel({ app, credentials, logger, clock }: ReportParts): Promise<void> {
  await app.watch()
  // A check that a stop broke off says nothing of the panel.
  if (app.isStopping()) return
  const faults = await app.checkReadiness()
  if (faults.length === 0) logger.info({ event: 'ready' })
  else logger.error({ event: 'not-ready', faults })
  // What a legacy key may do is known without asking.
  if (!isLegacy(credentials)) await clock.wait(KEY_CHECK_DELAY_MS)
  const { code, ...excess } = (await app.findKeyExcess()) ?? {}
  if (code) logger.warn({ event: code, ...excess, detail: BETTER_KEY })
}
