import type { ServerResponse } from 'node:http'
import type { ReachedLimit } from '../core/attempt-limits.js'

/**
 * Adds a limit to the `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers-08), which may already have others.
 *
 * @param remaining how many are left in this window
 * @param seconds until the window ends
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
