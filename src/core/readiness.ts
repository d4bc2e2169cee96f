import type { Clock } from '../lib/clock.js'

/** Why the service can't do its work now. */
export interface ReadinessFault {
  /** Such as `key-refused` or `timed-out`: our own word, never another server's text. */
  readonly code: string
  /** The command of the panel that the fault is about, where it is about one. */
  readonly command?: string
}

/** The faults that stand in the way of a change, none if it can be made. */
export type CheckReadiness = () => Promise<readonly ReadinessFault[]>

/** Other servers are asked at most this often, however often we are. */
const KEEP_MS = 30_000

/** Remembers what a check found for half a minute; whoever asks while it runs waits for the same answer. */
export function rememberReadiness(check: CheckReadiness, clock: Clock): CheckReadiness {
  let latest: { faults: Promise<readonly ReadinessFault[]>; until: number } | undefined
  return function checkRemembered() {
    if (!latest || latest.until <= clock.now()) latest = { faults: check(), until: clock.now() + KEEP_MS }
    return latest.faults
  }
}
