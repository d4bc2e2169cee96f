import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import { LAST_REQUESTS_MS } from '../../src/service/stop-times.js'
import { type Running, requestChange, start, startPanel, urlOf } from '../kit/process.js'
import { scratchFile, scratchFolder, simulatorEnvironment } from '../kit/service.js'
import { startSmtpServer } from '../kit/smtp-server.js'
import { byAccount, byMailbox, CHANGES, NEW_PASSWORD } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import { createCertificate } from '../panel-simulator/server/certificate.js'

const BODY = JSON.stringify(byAccount())
const HEAD = [
  `POST ${CHANGES} HTTP/1.1`,
  'Host: rekey.example',
  'Content-Type: application/json',
  `Content-Length: ${BODY.length}`,
].join('\r\n')

/** A client that has sent these bytes. Returns what comes back. */
async function send(service: Running, bytes: string): Promise<{ socket: Socket; text: () => string }> {
  const socket = connect(Number(new URL(await urlOf(service)).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  await once(socket, 'connect')
  await new Promise((resolve) => socket.write(bytes, resolve))
  return { socket, text: () => text }
}

it('the service opens no inspector when it gets SIGUSR1, and goes on', async () => {
  const panel = await startPanel()
  const service = start(simulatorEnvironment(panel))
  let errors = ''
  service.child.stderr?.on('data', (chunk) => {
    errors += chunk
  })
  await service.logged('ready')
  service.child.kill('SIGUSR1')
  expect((await requestChange(service, byAccount())).status).toBe(200)
  service.child.kill('SIGTERM')
  const [code] = await once(service.child, 'close')
  expect([code, errors]).toEqual([0, ''])
})

it('the service, told to stop waits for a change that was sent, though the client has gone', async () => {
  const panel = await startPanel()
  const service = start(simulatorEnvironment(panel))
  await service.logged('ready')
  const hold = panel.hold(CHANGE)
  const client = new AbortController()
  const request = requestChange(service, byAccount(), client.signal).catch(() => 'gone')
  await hold.arrived
  client.abort()
  expect(await request).toBe('gone')

  service.child.kill('SIGTERM')
  await service.logged('stopping')
  expect(await panel.accepts('info@example.org', NEW_PASSWORD)).toBe(false)
  hold.release()
  const [code] = await once(service.child, 'close')
  expect(code).toBe(0)
  expect(await panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
  expect(service.lines.map(({ event }) => event).slice(-3)).toEqual(['stopping', 'attempt', 'stopped'])
  expect(service.lines.at(-2)).toMatchObject({ code: 'changed' })
})

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'the service, told to stop a second time by %s, goes on stopping as before',
  async (signal) => {
    const panel = await startPanel()
    const service = start(simulatorEnvironment(panel))
    await service.logged('ready')
    const hold = panel.hold(CHANGE)
    const request = requestChange(service, byAccount())
    await hold.arrived
    service.child.kill('SIGTERM')
    await service.logged('stopping')
    service.child.kill(signal)
    service.child.kill('SIGTERM')
    hold.release()
    expect((await request).status).toBe(200)
    const [code] = await once(service.child, 'close')
    expect(code).toBe(0)
    expect(service.lines.map(({ event }) => event).slice(-3)).toEqual(['stopping', 'attempt', 'stopped'])
  },
)

it('the service, told to stop while a person waits, answers first', async () => {
  const panel = await startPanel()
  const service = start(simulatorEnvironment(panel))
  const hold = panel.hold(CHANGE)
  const request = requestChange(service, byAccount())
  await hold.arrived
  service.child.kill('SIGTERM')
  await service.logged('stopping')
  hold.release()
  expect((await request).status).toBe(200)
  const [code] = await once(service.child, 'close')
  expect(code).toBe(0)
})

it.each(['smtp', 'smtps'])(
  'the service, told to stop first sends the notification of a change (%s)',
  async (scheme) => {
    const panel = await startPanel()
    // It leads to this host, but isn't one of the addresses that need no TLS.
    const host = '0.0.0.0'
    const { certificate, key } = await createCertificate({ hosts: [host] })
    const smtp = await startSmtpServer({ secure: scheme === 'smtps', cert: certificate, key })
    const release = smtp.hold()
    const directory = scratchFolder({})
    const service = start({
      ...simulatorEnvironment(panel),
      RUNTIME_DIRECTORY: directory,
      NODE_EXTRA_CA_CERTS: scratchFile(certificate),
      REKEY_SMTP_URL: `${scheme}://me:secret@${host}:${smtp.port}`,
      REKEY_MAIL_FROM: 'post@example.org',
    })
    const response = await requestChange(service, byAccount())
    expect(response.status).toBe(200)
    expect(readdirSync(directory)).toEqual(['running'])
    service.child.kill('SIGTERM')
    await service.logged('stopping')
    // No change is running any more, so the next process doesn't have to wait.
    await vi.waitUntil(() => readdirSync(directory).length === 0)
    release()
    const [code] = await once(service.child, 'close')
    expect(code).toBe(0)
    expect(smtp.messages).toEqual([expect.objectContaining({ to: ['info@example.org'], overTls: true })])
    expect(smtp.logins).toEqual(['me secret'])
    expect(service.lines.map(({ event }) => event).slice(-3)).toEqual([
      'stopping',
      'notification-sent',
      'stopped',
    ])
  },
)

it.each([
  ['headers', 'POST / HTTP/1.1\r\nHost: x\r\n'],
  ['body', `${HEAD}\r\n\r\n${BODY.slice(0, -1)}`],
])('the service, told to stop does not wait for the rest of a request’s %s', async (_what, bytes) => {
  const panel = await startPanel()
  const service = start({ ...simulatorEnvironment(panel), REKEY_REQUEST_TIMEOUT_MS: '60000' })
  await service.logged('ready')
  await send(service, bytes)
  service.child.kill('SIGTERM')
  const [code] = await once(service.child, 'close')
  expect(code).toBe(0)
  expect(service.lines.at(-1)).toMatchObject({ event: 'stopped' })
})

it('the service, told to stop serves a request whose connection it has taken before', async () => {
  const panel = await startPanel()
  const service = start(simulatorEnvironment(panel))
  await service.logged('ready')
  const { socket, text } = await send(service, `${HEAD}\r\n\r\n${BODY.slice(0, -1)}`)
  service.child.kill('SIGTERM')
  await service.logged('stopping')
  socket.write(BODY.slice(-1))
  await once(socket, 'close')
  expect(text()).toMatch(/^HTTP\/1\.1 200 .*"code":"changed"/s)
})

it('the service, told to stop refuses an attempt that it could read only later, and changes nothing', async () => {
  const panel = await startPanel()
  const service = start(simulatorEnvironment(panel))
  await service.logged('ready')
  const { socket, text } = await send(service, `${HEAD}\r\n\r\n${BODY.slice(0, -1)}`)
  const hold = panel.hold(CHANGE)
  const underWay = requestChange(service, byMailbox())
  await hold.arrived
  service.child.kill('SIGTERM')
  await service.logged('stopping')
  await setTimeout(2 * LAST_REQUESTS_MS)
  socket.write(BODY.slice(-1))
  await once(socket, 'close')
  expect(text()).toMatch(/^HTTP\/1\.1 503 .*"code":"panel-busy"/s)
  hold.release()
  expect((await underWay).status).toBe(200)
  await once(service.child, 'close')
  const attempts = service.lines.filter(({ event }) => event === 'attempt')
  expect(attempts).toMatchObject([{ code: 'panel-busy', reason: 'stopping' }, { code: 'changed' }])
  const changes = panel.calls.filter(({ command, args }) => command === CHANGE && args.length > 0)
  expect(changes).toHaveLength(1)
})

it('the service, told to stop does not wait for a look at the panel that nobody needs any more', async () => {
  const panel = await startPanel()
  const look = panel.hold('v-search-domain-owner')
  const service = start({ ...simulatorEnvironment(panel), HESTIA_TIMEOUT_MS: '60000' })
  await look.arrived
  service.child.kill('SIGTERM')
  const [code] = await once(service.child, 'close')
  expect(code).toBe(0)
  look.release()
})

it('the service, told by what it left that it was killed, sends no change for as long as the panel may be at work on the last one', async () => {
  const panel = await startPanel()
  const environment = {
    ...simulatorEnvironment(panel),
    RUNTIME_DIRECTORY: scratchFolder({}),
    HESTIA_TIMEOUT_MS: '700',
  }
  const events = async (service: Running): Promise<unknown[]> => {
    await service.logged('ready')
    return service.lines.map(({ event }) => event)
  }
  const first = start(environment)
  expect(await events(first)).not.toContain('unclean-stop')
  first.child.kill('SIGKILL')
  await once(first.child, 'close')

  const startedMs = performance.now()
  const second = start(environment)
  expect(await second.logged('unclean-stop')).toMatchObject({ level: 40, closedForMs: 700 })
  expect((await requestChange(second, byAccount())).status).toBe(200)
  expect(performance.now() - startedMs).toBeGreaterThan(700)
  second.child.kill('SIGTERM')
  await once(second.child, 'close')

  expect(await events(start(environment))).not.toContain('unclean-stop')
})
