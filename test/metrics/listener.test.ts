import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { expectNoLeak } from '../kit/leaks.js'
import { metricsUrl, scrape, withMetrics } from '../kit/metrics.js'
import { startService } from '../kit/service.js'

it('they are in Prometheus’s format, at /metrics, for GET and HEAD', async () => {
  const service = await startService({ environment: withMetrics })
  const url = metricsUrl(service.logText())
  const response = await fetch(url)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const { types } = await scrape(service)
  expect(types).toMatchObject({ rekey_attempts_total: 'counter', process_resident_memory_bytes: 'gauge' })
  expect((await fetch(`${url}?debug=1`)).status).toBe(200)
  const head = await fetch(url, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
})

it.each([
  ['GET', '/', 404],
  ['GET', '/metricsx', 404],
  ['GET', '/metrics/', 404],
  ['GET', '/api/v1/password-policy', 404],
  ['POST', '/', 404],
  ['POST', '/metrics', 405],
  ['OPTIONS', '/metrics', 405],
])('%s %s is told %i', async (method, path, status) => {
  const service = await startService({ environment: withMetrics })
  const response = await fetch(new URL(path, metricsUrl(service.logText())), { method })
  expect(response.status).toBe(status)
  expect(response.headers.get('allow')).toBe(status === 405 ? 'GET, HEAD' : null)
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
})

it('a whole address is understood too (RFC 9112 section 3.2.2)', async () => {
  const service = await startService({ environment: withMetrics })
  const { hostname, port } = new URL(metricsUrl(service.logText()))
  const statusOf = (path: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request({ hostname, port, path, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
  expect(await statusOf('http://rekey.example:9464/metrics')).toBe(200)
  expect(await statusOf('http://rekey.example:9464/other/metrics')).toBe(404)
  expect(await statusOf('//[')).toBe(404)
})

it('they are nowhere on the service’s own address', async () => {
  const service = await startService({ environment: withMetrics })
  expect((await service.http.get('/metrics')).status).toBe(404)
})

it('IPv6 is listened on in brackets', async () => {
  const service = await startService({ environment: { REKEY_METRICS_ADDRESS: '[::1]:0' } })
  expect(metricsUrl(service.logText())).toMatch(/^http:\/\/\[::1\]:\d+\/metrics$/)
  expect((await scrape(service)).values.rekey_store_up).toBe(1)
})

it('nothing stays open behind them', async () => {
  let url = ''
  await expectNoLeak(
    () => startService({ environment: withMetrics }),
    async (service) => {
      url = metricsUrl(service.logText())
      await Promise.all([scrape(service), scrape(service)])
    },
  )
  await expect(fetch(url)).rejects.toThrow()
})

it('the library is loaded only where something is measured', () => {
  const source = fileURLToPath(new URL('../../src', import.meta.url))
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  )
  const typesOnly = /^import type [^;]*?from '[^']*'$/gm
  const loads = (pattern: RegExp): string[] =>
    files.filter((path) => pattern.test(readFileSync(`${source}/${path}`, 'utf8').replace(typesOnly, '')))
  expect(loads(/from 'prom-client'/).filter((path) => !path.startsWith('metrics/'))).toEqual([])
  expect(loads(/from '\.{1,2}\/metrics\//)).toEqual(['service/metrics.ts'])
  expect(loads(/^import (?!type ).*'\.(?:\/service)?\/metrics\.js'/m)).toEqual([])
})
