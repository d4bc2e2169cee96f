import { z } from 'zod'
import { fault, isBare, isHost, isHttpsOrLoopback, parseUrl } from './fields.js'

/** Origins, joined by commas, whose pages may show ours in a frame. */
export function frameAncestors() {
  const message =
    'must be origins such as https://webmail.example.org, joined by commas (plain http only on the loopback)'
  return z
    .string()
    .default('')
    .transform((value, context): readonly string[] => {
      if (value === '') return []
      const origins = value.split(',').map((entry) => parseAncestor(entry.trim()))
      const known = origins.filter((origin) => origin !== undefined)
      return known.length === origins.length ? known : fault(context, message)
    })
}

function parseAncestor(entry: string): string | undefined {
  const url = parseUrl(entry)
  if (!url || !isHttpsOrLoopback(url) || !/^https?:\/\/[^/]+\/?$/i.test(entry)) return undefined
  return isBare(url) && isAncestorHost(url.hostname) ? url.origin : undefined
}

/** The URL standard lets `*` and `;` stand in a host; of addresses, CSP 3 ("host-part matches") knows 127.0.0.1 alone. */
function isAncestorHost(hostname: string): boolean {
  return isHost(hostname) && (!/^[\d.]+$|^\[/.test(hostname) || hostname === '127.0.0.1')
}
