/** Seconds since 1970 with three or six more digits, with or without a dot, as nginx, Caddy and Apache write them. */
const START = /^t=(\d{10})\.?(\d{3})(?:\d{3})?$/

/** No proxy of ours waits longer (ms) for an answer: an older start can't be true. */
const LONGEST_WAIT_MS = 180_000

/**
 * How long (ms) a request had waited when it arrived, by the proxy's header `X-Request-Start`; 0 without one, or if it can't be true. It
 * can only take from the caller's patience, so a false one harms nobody but its sender.
 *
 * @param nowMs the time of day, since 1970
 */
export function waitedMs(header: string | undefined, nowMs: number): number {
  const [, seconds, thousandths] = START.exec(header ?? '') ?? []
  const waited = nowMs - Number(`${seconds}${thousandths}`)
  return waited > 0 && waited <= LONGEST_WAIT_MS ? waited : 0
}
