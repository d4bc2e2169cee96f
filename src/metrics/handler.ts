import type { RequestListener, ServerResponse } from 'node:http'
import type { Registry } from 'prom-client'

/** A path, or an absolute URL (RFC 9112 section 3.2.2). */
const TARGET = /^(?:https?:\/\/[^/?#]*)?\/metrics(?:\?|$)/

/**
 * Serves the metrics at `/metrics`, in Prometheus's text format.
 *
 * @param report called with the error if they can't be collected
 */
export function createMetricsHandler(registry: Registry, report: (error: unknown) => void): RequestListener {
  async function show(response: ServerResponse): Promise<void> {
    try {
      const text = await registry.metrics()
      response.writeHead(200, { 'content-type': registry.contentType }).end(text)
    } catch (error) {
      report(error)
      say(response, 500, 'Rekey could not collect the metrics: see its log.')
    }
  }

  return function handle({ method, url = '' }, response) {
    response.setHeader('cache-control', 'no-store')
    response.setHeader('x-content-type-options', 'nosniff')
    if (!TARGET.test(url)) return say(response, 404, 'The metrics are at /metrics.')
    if (method === 'GET' || method === 'HEAD') return void show(response)
    response.setHeader('allow', 'GET, HEAD')
    say(response, 405, 'Only GET and HEAD are allowed.')
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}
