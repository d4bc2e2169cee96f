import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { askSocket } from '../kit/ask-socket.js'
import { MAIN, type Running, startOnSocket, startPanel } from '../kit/process.js'
import { scratchFolder, simulatorEnvironment } from '../kit/service.js'
import { byAccount, byMailbox, CHANGES } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'

async function startService() {
  const panel = await startPanel()
  const path = join(scratchFolder({}), 'rekey.sock')
  const service = startOnSocket(path, simulatorEnvironment(panel))
  await service.logged('listening')
  const change = (body: object) =>
    askSocket(path, {
      method: 'POST',
      path: CHANGES,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  return { panel, path, service, change }
}

/** Tells a process of the service to stop. */
async function stop(service: Running, count: number): Promise<void> {
  const { pid } = await service.logged('started', count)
  process.kill(Number(pid), 'SIGTERM')
  await service.logged('stopping', count)
}

const CHANGED = { status: 200, body: '{"code":"changed"}' }

it('the service on a socket from systemd listens there, and says so', async () => {
  const { service, change } = await startService()
  expect(await service.logged('listening')).toMatchObject({ address: 'systemd:rekey.socket' })
  expect(await change(byAccount())).toEqual(CHANGED)
})

it('the service on a socket from systemd finishes a change when it is told to stop, while others wait for the next process', async () => {
  const { panel, service, change } = await startService()
  const hold = panel.hold(CHANGE)
  const underWay = change(byAccount())
  await hold.arrived
  await stop(service, 1)
  const waiting = [change(byMailbox({ email: 'sales@example.org', currentPassword: 'sales mail pw' }))]
  hold.release()
  expect(await underWay).toEqual(CHANGED)
  await service.logged('listening', 2)
  expect(await Promise.all(waiting)).toEqual([CHANGED])
  await service.logged('attempt', 2)
  const steps = service.lines
    .map(({ event }) => event)
    .filter((event) => event !== 'ready' && event !== 'single-instance')
  const start = ['started', 'listening']
  expect(steps).toEqual([...start, 'stopping', 'attempt', 'stopped', ...start, 'attempt'])
})

it('the service on a socket from systemd lets more than a thousand connections wait while it stops', async () => {
  const { panel, path, service, change } = await startService()
  const hold = panel.hold(CHANGE)
  const underWay = change(byAccount())
  await hold.arrived
  await stop(service, 1)
  const waiting = Array.from({ length: 1500 }, () => askSocket(path, { path: '/healthz' }))
  hold.release()
  await underWay
  const statuses = (await Promise.all(waiting)).map(({ status }) => status)
  expect(new Set(statuses)).toEqual(new Set([200]))
})

it('the service takes no TCP socket from systemd, since it could not tell whom to believe', async () => {
  const panel = await startPanel()
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle
  const run = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'
  const { status, stdout } = spawnSync('sh', ['-c', run, 'sh', process.execPath, MAIN], {
    env: { PATH: process.env.PATH, ...simulatorEnvironment(panel) },
    stdio: ['ignore', 'pipe', 'inherit', fd],
    timeout: 10_000,
    encoding: 'utf8',
  })
  expect([status, JSON.parse(stdout)]).toMatchObject([
    1,
    { event: 'listen-failed', fd: 3, name: 'unknown', errorCode: 'EAFNOSUPPORT' },
  ])
})
