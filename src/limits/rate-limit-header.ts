import type { ServerResponse } from 'node:http'
import type { ReachedLimit } from '../core/attempt-limits.js'

/**
 * Adds a limit to the `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers-08), where others may stand already.
 *
 * @param remaining how many more there may be in this window
 * @param seconds until when
 */
export function showLimit(
  response: ServerResponse,
  { name, count, windowMs, partition }: Omit<ReachedLimit, 'retryAfterMs'>,
  remaining: number,
  seconds: number,
): void {
  const policy = `"${name}"; q=${count}; w=${Math.ceil(windowMs / 1000)}`
  response.appendHeader('RateLimit', `"${name}"; r=${remaining}; t=${seconds}`)
  response.appendHeader('RateLimit-Policy', partition === undefined ? policy : `${policy}; pk=:${partition}:`)
}
