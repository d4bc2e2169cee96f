/** Seconds since 1970 with three or six more digits, with or without a dot, as nginx, Caddy and Apache write them. */
const START = /^t=(\d{10})\.?(\d{3})(?:\d{3})?$/

/** Milliseconds. None of our proxies waits longer for an answer, so an older start can't be true. */
const LONGEST_WAIT_MS = 180_000

/**
 * How long (ms) a request had waited before it arrived, by the proxy's header `X-Request-Start`. 0 if the header is missing or
 * can't be true. A forged header can only shorten its sender's own time limit.
 *
 * @param nowMs the time since 1970
 */
export function waitedMs(header: string | undefined, nowMs: number): number {
  const [, seconds, thousandths] = START.exec(header ?? '') ?? []
  const waited = nowMs - Number(`${seconds}${thousandths}`)
  return waited > 0 && waited <= LONGEST_WAIT_MS ? waited : 0
}
