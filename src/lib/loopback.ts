import { isIP } from 'node:net'

/** Whether what is sent to this host stays on it, so that nobody can listen. IPv6 addresses stand in brackets, as in URLs. */
export function isLoopback(hostname: string): boolean {
  if (isIP(hostname) === 4) return hostname.startsWith('127.')
  return hostname === '[::1]' || hostname.toLowerCase() === 'localhost'
}
