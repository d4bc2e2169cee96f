import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { errorCodeOf } from '../lib/describe-error.js'

/** The time-out of the health check. */
const TIMEOUT_MS = 3000

/** Where a service listens. */
interface Listening {
  readonly listen: { readonly path: string } | { readonly host: string; readonly port: number }
  readonly basePath: string
}

/**
 * Asks a service of this host whether it runs.
 *
 * @returns undefined if it does; otherwise why not, such as `ECONNREFUSED`, `timed out` or the status of its answer
 */
export async function askHealth({ listen: on, basePath }: Listening): Promise<string | undefined> {
  const place = 'path' in on ? { socketPath: on.path } : { host: connectable(on.host), port: on.port }
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const request = get({ ...place, path: `${basePath}/healthz`, agent: false, signal })
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.resume()
    await once(response, 'end')
    return response.statusCode === 200 ? undefined : `status ${response.statusCode}`
  } catch (error) {
    return signal.aborted ? 'timed out' : (errorCodeOf(error) ?? 'broken off')
  }
}

/** The address to connect to: the loopback if the service listens on all addresses. */
function connectable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}
