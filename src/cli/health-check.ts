import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { Config } from '../config/load.js'

/** How long the service may take to say that it runs. */
const TIMEOUT_MS = 3000

/** Where a service listens. */
type Listening = Pick<Config, 'listen' | 'basePath'>

/** Whether a service with this configuration runs on this host and answers; false also where the answer is late. */
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

/** Where to find what listens on an address: those that mean all lead to the loopback. */
function connectable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}
