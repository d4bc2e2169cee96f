import type { IncomingHttpHeaders } from 'node:http'

/** Headers of the page that must arrive unchanged. A test compares them with those that the service sends. */
const EXACT: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
}

/** Directives that the policy must have. */
const POLICY = ["default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"]

/** The names of the page's headers that didn't arrive unchanged. A header that arrives twice has both values. */
export function changedHeaders(headers: IncomingHttpHeaders): string[] {
  const changed = Object.entries(EXACT)
    .filter(([name, value]) => headers[name] !== value)
    .map(([name]) => name)
  const policy = String(headers['content-security-policy'] ?? '')
  const directives = policy.split(';')
  // A comma starts a second policy.
  const isWhole = POLICY.every((directive) => directives.includes(directive)) && !policy.includes(',')
  return isWhole ? changed : [...changed, 'content-security-policy']
}
