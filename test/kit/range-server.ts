import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Certificate } from '../panel-simulator/server/certificate.js'

/** A fault instead of an answer. */
export type RangeFault =
  | 'hang'
  | 'hang-in-body'
  | 'reset'
  | { readonly status: number; readonly body?: string }
  | { readonly body: string }

/** A server of breached passwords with the range API of Pwned Passwords. */
export interface RangeServer {
  readonly url: string
  /** How often each password was seen. */
  readonly seen: Map<string, number>
  readonly requests: { readonly path: string; readonly padding: string | undefined }[]
  fault: RangeFault | undefined
}

/** SHA-1 in upper-case hex. */
export function sha1(password: string): string {
  return createHash('sha1').update(password).digest('hex').toUpperCase()
}

/** Starts a range server, which is closed when the test ends. */
export async function startRangeServer(certificate?: Certificate): Promise<RangeServer> {
  const seen = new Map<string, number>()
  const requests: { path: string; padding: string | undefined }[] = []
  const state: { fault: RangeFault | undefined } = { fault: undefined }

  const serve: RequestListener = (request, response) => {
    const padding = request.headers['add-padding']
    requests.push({ path: request.url ?? '', padding: Array.isArray(padding) ? padding.join() : padding })
    const { fault } = state
    if (fault === 'reset') response.socket?.resetAndDestroy()
    else if (fault === 'hang-in-body') response.write(entry('0'.repeat(35), 1))
    else if (fault === undefined) answer(request.url ?? '', response)
    else if (fault !== 'hang') response.writeHead('status' in fault ? fault.status : 200).end(fault.body)
  }

  /** Padding has passwords that were never seen. The requested entry may be among it. */
  function answer(path: string, response: ServerResponse): void {
    const prefix = path.slice(-5)
    const hits = [...seen].flatMap(([password, count]) => {
      const hash = sha1(password)
      return hash.startsWith(prefix) ? [entry(hash.slice(5), count)] : []
    })
    const padding = Array.from({ length: 800 }, (_, index) => entry(sha1(`${index}`).slice(5), 0))
    response.end([...padding, ...hits].join(''))
  }

  const server = certificate
    ? createTlsServer({ cert: certificate.certificate, key: certificate.key }, serve)
    : createServer(serve)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
    seen,
    requests,
    get fault() {
      return state.fault
    },
    set fault(fault) {
      state.fault = fault
    },
  }
}

function entry(suffix: string, count: number): string {
  return `${suffix}:${count}\r\n`
}
