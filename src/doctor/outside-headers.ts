import type { IncomingHttpHeaders } from 'node:http'

/** What the page is sent with (a test holds the service to it), where it must arrive as it is. */
const EXACT: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
}

/** What the policy must hold, whatever else it allows. */
const POLICY = ["default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"]

/** The names of the page's headers that did not arrive as they were sent. A header that came twice has both values. */
export function changedHeaders(headers: IncomingHttpHeaders): string[] {
  const changed = Object.entries(EXACT)
    .filter(([name, value]) => headers[name] !== value)
    .map(([name]) => name)
  const policy = String(headers['content-security-policy'] ?? '')
  const directives = policy.split(';')
  // A comma is where a second policy begins.
  const isWhole = POLICY.every((directive) => directives.includes(directive)) && !policy.includes(',')
  return isWhole ? changed : [...changed, 'content-security-policy']
}
