import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { Config } from '../config/load.js'

/** The time-out of the health check. */
const TIMEOUT_MS = 3000

type Listening = Pick<Config, 'listen' | 'basePath'>

/** Whether a service with this configuration answers on this host within the time-out. */
export async function isAlive({ listen: on, basePath }: Listening): Promise<boolean> {
  const place = 'path' in on ? { socketPath: on.path } : { host: connectable(on.host), port: on.port }
  const request = get({
    ...place,
    path: `${basePath}/healthz`,
    agent: false,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.resume()
    await once(response, 'end')
    return response.statusCode === 200
  } catch {
    return false
  }
}

/** The address to connect to: the loopback if the service listens on all addresses. */
function connectable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}
