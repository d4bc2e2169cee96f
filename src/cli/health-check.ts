import { isIP } from 'node:net'
import type { Config } from '../config/load.js'

/** How long the service may take to say that it runs. */
const TIMEOUT_MS = 3000

/** Where a service listens. */
type Listening = Pick<Config, 'host' | 'port' | 'basePath'>

/** Whether a service with this configuration runs on this host and answers; false also where the answer is late. */
export async function isAlive({ host, port, basePath }: Listening): Promise<boolean> {
  try {
    const url = `http://${connectable(host)}:${port}${basePath}/healthz`
    return (await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })).ok
  } catch {
    return false
  }
}

/** The form that a URL takes of an address that a service listens on; those that mean all lead to the loopback. */
function connectable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return isIP(host) === 6 ? `[${host}]` : host
}
