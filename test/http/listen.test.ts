import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSocketServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { listen } from '../../src/http/listen.js'
import { createHttpServer } from '../../src/http/server.js'
import { askSocket } from '../kit/ask-socket.js'
import { scratchFolder, startService, type TestService } from '../kit/service.js'

function socketPath(): string {
  return join(scratchFolder({}), 'rekey.sock')
}

/** A server that is closed when the test ends. */
function createTestServer() {
  const server = createServer((_request, response) => void response.end('here'))
  onTestFinished(() => void server.close())
  return server
}

it.each([0o600, 0o660, 0o666])('a socket that is listened on has its mode: %o', async (mode) => {
  const path = socketPath()
  const server = createTestServer()
  await listen(server, { path, mode })
  expect(statSync(path).mode & 0o777).toBe(mode)
  await new Promise((closed) => server.close(closed))
  expect(existsSync(path)).toBe(false)
})

it('a socket that is listened on takes the place of one that a dead process has left', async () => {
  const path = socketPath()
  const dead = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', dead])
  expect(existsSync(path)).toBe(true)
  await listen(createTestServer(), { path, mode: 0o660 })
})

it('a socket that is listened on takes the place of no living one, and of no file', async () => {
  const path = socketPath()
  const living = createSocketServer()
  onTestFinished(() => void living.close())
  await once(living.listen(path), 'listening')
  const refusal = { code: 'EADDRINUSE' }
  await expect(listen(createTestServer(), { path, mode: 0o660 })).rejects.toMatchObject(refusal)
  const file = socketPath()
  writeFileSync(file, 'kept')
  await expect(listen(createTestServer(), { path: file, mode: 0o660 })).rejects.toMatchObject(refusal)
  expect(existsSync(file)).toBe(true)
  const nowhere = { path: '/nowhere/at/all/rekey.sock', mode: 0o660 }
  await expect(listen(createTestServer(), nowhere)).rejects.toMatchObject({ code: 'EACCES' })
})

/** Sends requests over a socket. Returns the address that counts, and the answer to webmail's form. */
async function askBySocket(service: TestService, headers: Record<string, string>) {
  const path = socketPath()
  const server = createHttpServer(service.app.handler)
  onTestFinished(() => void server.close())
  await listen(server, { path, mode: 0o660 })
  const counted = await askSocket(path, { path: '/api/v1/client-address', headers })
  const form = await askSocket(path, { method: 'POST', path: '/reset/mail/', headers })
  return { address: JSON.parse(counted.body).address, form: form.body }
}

const ON_SOCKET = { REKEY_HOST: 'unix:/run/rekey.sock' }
const HANDED_OVER = { LISTEN_FDS: '1', LISTEN_PID: String(process.pid) }

it('on a socket that systemd hands over, what calls is a proxy too', async () => {
  const service = await startService({ environment: HANDED_OVER })
  const { address } = await askBySocket(service, { 'x-forwarded-for': '203.0.113.9' })
  expect(address).toBe('203.0.113.9')
})

it.each([
  ['0', { 'x-forwarded-for': '198.51.100.7, 203.0.113.9' }, '203.0.113.9'],
  ['1', { 'x-forwarded-for': '198.51.100.7, 203.0.113.9' }, '203.0.113.9'],
  ['2', { 'x-forwarded-for': '198.51.100.7, 203.0.113.9' }, '198.51.100.7'],
  ['203.0.113.9', { 'x-forwarded-for': '198.51.100.7, 203.0.113.9' }, '198.51.100.7'],
  ['10.0.0.0/8', { 'x-forwarded-for': '198.51.100.7, 203.0.113.9' }, '203.0.113.9'],
  ['1', { 'x-forwarded-for': '127.0.0.1' }, '0.0.0.0'],
  ['1', {}, '0.0.0.0'],
])('on a socket, where proxies are trusted as %s, %j counts as %s', async (trust, headers, expected) => {
  const service = await startService({
    environment: { ...ON_SOCKET, REKEY_TRUST_PROXY: trust },
  })
  const { address, form } = await askBySocket(service, headers as Record<string, string>)
  expect(address).toBe(expected)
  expect(form).toMatch(/^error unknown-webmail-host: /)
})
