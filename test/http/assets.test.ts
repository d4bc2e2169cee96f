import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { expect, it } from 'vitest'
import { ASSETS } from '../../src/config/views-folder.js'
import { sendRaw } from '../kit/raw.js'
import { startService, type TestService } from '../kit/service.js'

const NAMES = readdirSync(ASSETS).filter((name) => !/\.(?:br|gz)$/.test(name))

/** The bytes as they came. Most clients would decompress them. */
async function fetchRaw(service: TestService, path: string, headers: Record<string, string> = {}) {
  const { statusCode, headers: answered, body } = await request(`${service.url}${path}`, { headers })
  return { status: statusCode, headers: answered, bytes: Buffer.from(await body.arrayBuffer()) }
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

it.each([
  ['br, gzip', 'br', brotliDecompressSync],
  ['gzip', 'gzip', gunzipSync],
  ['gzip;q=1.0, br;q=0.5', 'gzip', gunzipSync],
  ['br;q=0, gzip;q=0', undefined, Buffer.from],
  ['', undefined, Buffer.from],
  ['deflate, zstd', undefined, Buffer.from],
] as const)('a style or a script comes as “%s” allows, whole', async (accepted, encoding, unpack) => {
  const service = await startService()
  for (const name of NAMES) {
    const { status, headers, bytes } = await fetchRaw(service, `/assets/${name}`, {
      'accept-encoding': accepted,
    })
    expect(status).toBe(200)
    expect(headers['content-encoding'], name).toBe(encoding)
    expect(headers.vary).toBe('Accept-Encoding')
    expect(headers['content-length']).toBe(String(bytes.length))
    expect(digest(Buffer.from(unpack(bytes)))).toBe(digest(readFileSync(`${ASSETS}${name}`)))
  }
})

it.each([
  ['page.js', 'text/javascript; charset=utf-8'],
  ['strength-worker.js', 'text/javascript; charset=utf-8'],
  ['style.css', 'text/css; charset=utf-8'],
  ['icon.svg', 'image/svg+xml'],
  ['words.json', 'application/json; charset=utf-8'],
])('a style or a script %s has its content type, compressed or not', async (name, type) => {
  const service = await startService()
  for (const accepted of ['br', 'gzip', 'identity']) {
    const { headers } = await fetchRaw(service, `/assets/${name}`, { 'accept-encoding': accepted })
    expect(headers['content-type'], accepted).toBe(type)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['cache-control']).toBe('no-cache')
  }
})

it('a style or a script is not sent again to a browser that has it, in that encoding', async () => {
  const service = await startService()
  const tags = new Set<unknown>()
  for (const accepted of ['br', 'gzip', 'identity']) {
    const headers = { 'accept-encoding': accepted }
    const first = await fetchRaw(service, '/assets/style.css', headers)
    const { etag } = first.headers
    tags.add(etag)
    const again = await fetchRaw(service, '/assets/style.css', {
      ...headers,
      'if-none-match': String(etag),
    })
    expect(again).toMatchObject({ status: 304, bytes: Buffer.alloc(0) })
    expect(again.headers.vary).toBe('Accept-Encoding')
  }
  expect(tags.size).toBe(3)
})

it('a style or a script can be asked for its head alone', async () => {
  const service = await startService()
  const head = await service.http.head('/assets/page.js').set('accept-encoding', 'br')
  expect(head.status).toBe(200)
  expect(head.get('content-encoding')).toBe('br')
  expect(Number(head.get('content-length'))).toBeGreaterThan(0)
  expect(head.text).toBeFalsy()
})

it('a style or a script takes nothing else', async () => {
  const service = await startService()
  for (const method of ['post', 'put', 'delete', 'patch'] as const) {
    const response = await service.http[method]('/assets/style.css')
    expect(response.status, method).toBe(405)
    expect(response.get('allow')).toBe('GET, HEAD')
  }
})

it('a style or a script that there is not is a page that says so', async () => {
  const service = await startService()
  for (const path of ['/assets/none.css', '/assets/', '/assets/style.css/', '/assets/sub/style.css']) {
    const response = await service.http.get(path)
    expect(response.status, path).toBe(404)
    expect(response.type).toBe('text/html')
    expect(response.text).toContain('This page doesn’t exist')
    expect(response.get('cache-control')).toBe('no-store')
  }
})

it.each([
  '/assets/%',
  '/assets/%zz',
  '/assets/%00',
  '/assets/%c0%ae%c0%ae/package.json',
  '/assets/..%2fmain.js',
  '/assets/..%2f..%2fpackage.json',
  '/assets/%2e%2e/main.js',
  '/assets/..\\main.js',
  '/assets/.hidden',
  '/assets//etc/passwd',
  '/assets/style.css%00.js',
  '/assets/%E2%80%AE',
  `/assets/${'a'.repeat(300)}`,
])(
  'a style or a script is not found outside its folder, and no path breaks the service: %s',
  async (path) => {
    const service = await startService()
    const answer = await sendRaw(
      service,
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept-Encoding: br\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 40[0-4] /)
    expect(service.logText()).not.toContain('"level":50')
  },
)

it.each(['bytes=0-3', 'bytes=5-1', 'bytes=-1', 'bytes=999999999-', 'bytes=a-b', 'bytes=0-0,2-3', 'x'])(
  'a style or a script comes whole where a part is asked for: %s',
  async (range) => {
    const service = await startService()
    const { status, headers, bytes } = await fetchRaw(service, '/assets/style.css', {
      range,
      'accept-encoding': 'br',
    })
    expect(status).toBe(200)
    expect(digest(brotliDecompressSync(bytes))).toBe(digest(readFileSync(`${ASSETS}style.css`)))
    expect(headers['accept-ranges']).toBeUndefined()
  },
)
