import type { ServerResponse } from 'node:http'

/** A limit as its header names it. */
interface ShownLimit {
  readonly name: string
  readonly count: number
  readonly windowMs: number
  /** Tells apart whom the limit counts, as base64. */
  readonly partition?: string | undefined
}

/**
 * Adds a limit to the `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers-08), where others may stand already.
 *
 * @param remaining how many more there may be in this window
 * @param seconds until when
 */
export function showLimit(
  response: ServerResponse,
  { name, count, windowMs, partition }: ShownLimit,
  remaining: number,
  seconds: number,
): void {
  const policy = `"${name}"; q=${count}; w=${Math.ceil(windowMs / 1000)}`
  response.appendHeader('RateLimit', `"${name}"; r=${remaining}; t=${seconds}`)
  response.appendHeader('RateLimit-Policy', partition === undefined ? policy : `${policy}; pk=:${partition}:`)
}
