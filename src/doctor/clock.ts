import type { Dispatcher } from 'undici'
import { type Finding, notChecked, ok, warning } from './finding.js'

/** If the clocks differ by more (s), log times no longer match, and TLS and one-time codes may soon fail. */
const MAX_SKEW_S = 30

interface ClockParts {
  /** Connects to the panel. */
  readonly dispatcher: Dispatcher
  readonly url: URL
  readonly timeoutMs: number
  readonly now: () => Date
}

/** Compares the clock of this host with the `Date` header of the panel's web server (RFC 9110 section 6.6.1). */
export async function findClock({ dispatcher, url, timeoutMs, now }: ClockParts): Promise<Finding> {
  const askedMs = now().getTime()
  const date = await dispatcher
    .request({ origin: url.origin, path: '/', method: 'HEAD', signal: AbortSignal.timeout(timeoutMs) })
    .then(({ headers }) => Date.parse(String(headers.date)))
    .catch(() => Number.NaN)
  if (Number.isNaN(date)) return notChecked('clock', 'the panel’s response has no time')
  const skewS = Math.round((date - (askedMs + now().getTime()) / 2) / 1000)
  if (Math.abs(skewS) <= MAX_SKEW_S) return ok('clock', 'this host’s clock agrees with the panel’s')
  const found = `the panel’s clock is ${Math.abs(skewS)} s ${skewS > 0 ? 'ahead of' : 'behind'} this host’s`
  return warning('clock', 'clock-skew', found, 'Synchronise both with NTP: timedatectl set-ntp true')
}
