import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { askHealth } from '../../src/system/health-check.js'
import { scratchFolder } from '../kit/service.js'

/** Something that answers like the service, or with an error, and its address. */
async function listen(host: string, basePath = '', status = 200) {
  const server = createServer((request, response) => {
    response.writeHead(request.url === `${basePath}/healthz` ? status : 404).end()
  }).listen(0, host)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return { listen: { host, port: (server.address() as AddressInfo).port }, basePath }
}

it.each(['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost'])(
  'the look whether the service is alive finds it where it listens on %s',
  async (host) => {
    expect(await askHealth(await listen(host))).toBeUndefined()
  },
)

it('the look whether the service is alive finds it on its socket', async () => {
  const path = join(scratchFolder({}), 'rekey.sock')
  const on = { listen: { path, mode: 0o600 }, basePath: '' }
  expect(await askHealth(on)).toBe('ENOENT')
  const server = createServer((_request, response) => void response.end())
  onTestFinished(() => void server.close())
  await once(server.listen(path), 'listening')
  expect(await askHealth(on)).toBeUndefined()
})

it('the look whether the service is alive finds it below its base path', async () => {
  const listening = await listen('127.0.0.1', '/password')
  expect(await askHealth(listening)).toBeUndefined()
  expect(await askHealth({ ...listening, basePath: '/elsewhere' })).toBe('status 404')
})

it('the look whether the service is alive does not take an error for life', async () => {
  expect(await askHealth(await listen('127.0.0.1', '', 500))).toBe('status 500')
})

it('the look whether the service is alive is no error where nobody listens', async () => {
  expect(await askHealth({ listen: { host: '127.0.0.1', port: 1 }, basePath: '' })).toBe('ECONNREFUSED')
})
