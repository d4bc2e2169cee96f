import type { Clock } from '../lib/clock.js'
import { inTime } from '../lib/in-time.js'

/** Why the service can't change passwords now. */
export interface ReadinessFault {
  /** Such as `key-refused` or `timed-out`. Never another server's own words. */
  readonly code: string
  /** The panel command that it's about, if any. */
  readonly command?: string
  /** A common word for the cause, such as `ECONNREFUSED`. Only for the store. */
  readonly reason?: string
}

/** Returns the faults that prevent changes; empty if ready. */
export type CheckReadiness = () => Promise<readonly ReadinessFault[]>

/** The shortest time (ms) between two checks. */
const KEEP_MS = 30_000

/** How long (ms) an answer waits for a running check. A later result goes into the next answer. */
const WAIT_MS = 100

/**
 * Checks at most every 30 seconds, and answers within 100 ms with the last finished check.
 *
 * @param notYet the answer until the first check has finished
 */
export function rememberReadiness(
  check: CheckReadiness,
  notYet: ReadinessFault,
  clock: Clock,
): CheckReadiness {
  const late = new Error('late')
  let known: readonly ReadinessFault[] = [notYet]
  let nextMs = clock.now()
  let underWay: Promise<void> = Promise.resolve()

  async function checkNow(): Promise<void> {
    known = await check()
  }

  return async function checkRemembered() {
    if (clock.now() >= nextMs) {
      nextMs = clock.now() + KEEP_MS
      underWay = checkNow()
    }
    await inTime(underWay, WAIT_MS, () => late).catch((error: unknown) => {
      if (error !== late) throw error
    })
    return known
  }
}
