import type { Clock } from '../lib/clock.js'
import { inTime } from '../lib/in-time.js'

/** Why the service can't do its work now. */
export interface ReadinessFault {
  /** Such as `key-refused` or `timed-out`: our own word, never another server's text. */
  readonly code: string
  /** The command of the panel that the fault is about, where it is about one. */
  readonly command?: string
  /** Why, by a word that others use for it, such as `ECONNREFUSED`; only of the store. */
  readonly reason?: string
}

/** The faults that stand in the way of a change, none if it can be made. */
export type CheckReadiness = () => Promise<readonly ReadinessFault[]>

/** Another server is asked at most this often, however often we are. */
const KEEP_MS = 30_000

/** How long an answer waits for a check; one that takes longer is for the next answer. */
const PATIENCE_MS = 100

/**
 * Checks at most every half a minute, and answers within a tenth of a second: by the last check that has ended.
 *
 * @param notYet what is told until the first has ended
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
    await inTime(underWay, PATIENCE_MS, () => late).catch((error: unknown) => {
      if (error !== late) throw error
    })
    return known
  }
}
