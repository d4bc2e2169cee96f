import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import express, { type Express } from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { createHttpServer } from '../../src/http/server.js'
import { readJson } from '../../src/http/submission/read-body.js'
import { startService } from '../kit/service.js'
import { byAccount, CHANGES, NEW_PASSWORD } from '../kit/submissions.js'

/** A client that sends these bytes and keeps its side of the connection open. */
function send(port: number, bytes: string): { socket: Socket; all: Promise<string> } {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk))
  socket.write(bytes)
  const all = once(socket, 'end').then(() => Buffer.concat(chunks).toString())
  return { socket, all }
}

async function listen(app: Express) {
  const timeouts = { headersTimeoutMs: 40, requestTimeoutMs: 60, checkIntervalMs: 10 }
  const server = createHttpServer(app, timeouts).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return { server, port: (server.address() as { port: number }).port }
}

const slow =
  'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"email"'

it.each([
  ['headers', 'POST / HTTP/1.1\r\nHost: x\r\nContent-'],
  ['a body', slow],
])(
  'a client that is too slow with %s is told so and let go, though it holds on',
  async (_what, beginning) => {
    const app = express().post('/', ...readJson, (_request, response) => void response.send('read'))
    const { server, port } = await listen(app)
    const connected = once(server, 'connection')
    const { all } = send(port, beginning)
    const [ours] = (await connected) as [Socket]
    const closed = once(ours, 'close')
    const answer = await all
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(answer).toMatch(/"status":408,"code":"invalid-request"\}$/)
    await closed
  },
)

it('a client that is too slow but was answered already is not answered twice', async () => {
  const app = express().post('/', (_request, response) => void response.status(429).send('limited'))
  const { port } = await listen(app)
  const answer = await send(port, slow).all
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
  expect(answer).toMatch(/^HTTP\/1\.1 429 /)
})

it('nonsense behind a request does not become its answer', async () => {
  const service = await startService()
  const hold = service.panel.hold('v-check-user-password')
  const body = JSON.stringify(byAccount())
  const head = `POST ${CHANGES} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`
  const failed = once(service.server, 'clientError')
  const request = `${head}Content-Length: ${body.length}\r\n\r\n${body}@@@@\r\n\r\n`
  const { all } = send(Number(new URL(service.url).port), request)
  await Promise.all([failed, hold.arrived])
  hold.release()
  expect(await all).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*\{"code":"changed"\}$/)
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
})

it.each([
  ['GET http://[bad HTTP/1.1', 400],
  ['OPTIONS * HTTP/1.1', 400],
  ['CONNECT mail.example.org:25 HTTP/1.1', 405],
  ['FOO / HTTP/1.1', 400],
])('a target or method that is not of this service is answered in our form: %s', async (line, status) => {
  const service = await startService()
  const answer = await send(Number(new URL(service.url).port), `${line}\r\nHost: x\r\n\r\n`).all
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  expect(answer).toContain('Content-Type: application/problem+json')
  expect(answer).not.toContain('Express')
})

it('a target or method that is not of this service whose expectation is unknown is served all the same', async () => {
  const service = await startService()
  const request = 'GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: foo\r\nConnection: close\r\n\r\n'
  expect(await send(Number(new URL(service.url).port), request).all).toMatch(/^HTTP\/1\.1 200 /)
})
