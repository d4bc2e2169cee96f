import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { simulatorEnvironment } from './kit/service.js'
import { byAccount, byMailbox, CHANGES, NEW_PASSWORD } from './kit/submissions.js'
import {
  type PanelSimulator,
  simulatorCredentials,
  startPanelSimulator,
} from './panel-simulator/simulator.js'

/** Built by `npm test` before the tests run. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))

type LogLine = Readonly<Record<string, unknown>>

/** Runs the program to its end. */
function run(args: readonly string[], environment: Record<string, string> = {}) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env: environment }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

interface Running {
  readonly child: ChildProcess
  readonly lines: LogLine[]
  /** Resolves to the first log line of this event, also to one that is already there. */
  logged(event: string): Promise<LogLine>
}

function start(environment: Record<string, string>): Running {
  const child = spawn(process.execPath, [MAIN], { env: { REKEY_PORT: '0', ...environment } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: LogLine[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => void lines.push(JSON.parse(line)))
  return {
    child,
    lines,
    async logged(event) {
      for (;;) {
        const line = lines.find((entry) => entry.event === event)
        if (line) return line
        await once(reader, 'line')
      }
    },
  }
}

async function startPanel(): Promise<PanelSimulator> {
  const panel = await startPanelSimulator()
  onTestFinished(() => panel.close())
  return panel
}

async function urlOf(service: Running): Promise<string> {
  const { address, port } = await service.logged('listening')
  return `http://${address}:${port}`
}

const least = { HESTIA_URL: 'https://panel.example:8083', HESTIA_API_KEY: 'canary-key' }

describe('the program', () => {
  it('prints its version and its help', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' })
    const help = await run(['--help'])
    expect(help.code).toBe(0)
    expect(help.stdout).toContain('--check-config')
  })

  it('says how it is used when it is not understood', async () => {
    const { code, stderr } = await run(['--no-such-option'], least)
    expect(code).toBe(64)
    expect(stderr).toContain('Usage:')
  })

  it('checks its configuration without starting', async () => {
    const wrong = await run(['--check-config'], { REKEY_PORT: 'x', HESTIA_URL: 'y' })
    expect(wrong.code).toBe(78)
    expect(
      wrong.stderr
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(['REKEY_PORT', 'HESTIA_URL', 'HESTIA_ACCESS_KEY'])
    expect(await run(['--check-config'], least)).toMatchObject({ code: 0, stderr: '' })
  })

  it('does not start with a wrong configuration', async () => {
    expect(await run([], {})).toMatchObject({ code: 78, stdout: '' })
  })

  it('says so when its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const { code, stdout } = await run([], { ...least, REKEY_PORT: String(port) })
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ event: 'listen-failed', errorCode: 'EADDRINUSE', port })
  })
})

describe('the running service', () => {
  it('tells where it listens and whether the panel is ready, and serves', async () => {
    const panel = await startPanel()
    const service = start(simulatorEnvironment(panel))
    const url = await urlOf(service)
    expect(await service.logged('single-instance')).toMatchObject({
      detail: expect.stringContaining('one instance'),
    })
    await service.logged('ready')
    const response = await fetch(`${url}${CHANGES}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(byAccount()),
    })
    expect(response.status).toBe(200)
    expect(await service.logged('attempt')).toMatchObject({ code: 'changed' })
  })

  it('tells another call of the program whether it is alive', async () => {
    const panel = await startPanel()
    const service = start(simulatorEnvironment(panel))
    const { port } = await service.logged('listening')
    const here = { ...simulatorEnvironment(panel), REKEY_PORT: String(port) }
    expect(await run(['--health'], here)).toEqual({ code: 0, stdout: '', stderr: '' })
    service.child.kill('SIGKILL')
    await once(service.child, 'close')
    expect(await run(['--health'], here)).toEqual({ code: 1, stdout: '', stderr: '' })
  })

  it('says at its start what is wrong with the panel, and which credentials are out of date', async () => {
    const panel = await startPanel()
    const { adminUser } = simulatorCredentials
    const service = start({
      HESTIA_URL: panel.url,
      HESTIA_CERT_SHA256: panel.certificate.fingerprint,
      HESTIA_ADMIN_USER: adminUser,
      HESTIA_ADMIN_PASSWORD: 'canary-wrong',
    })
    expect(await service.logged('not-ready')).toMatchObject({
      level: 50,
      faults: [{ code: 'key-refused' }],
    })
    expect(await service.logged('deprecated-credentials')).toMatchObject({
      level: 40,
      kind: 'admin-password',
    })
    expect(JSON.stringify(service.lines)).not.toContain('canary')
  })

  it('verifies the panel’s certificate, whatever Node is told to let pass', async () => {
    const panel = await startPanel()
    const service = start({
      ...simulatorEnvironment(panel),
      HESTIA_CA_FILE: '',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    })
    expect(await service.logged('not-ready')).toMatchObject({ faults: [{ code: 'tls-refused' }] })
    expect(panel.calls).toEqual([])
  })

  it('told to stop, waits for a change that was sent, though the client has gone', async () => {
    const panel = await startPanel()
    const service = start(simulatorEnvironment(panel))
    const url = await urlOf(service)
    await service.logged('ready')
    const hold = panel.hold('v-change-mail-account-password')
    const client = new AbortController()
    const request = fetch(`${url}${CHANGES}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(byAccount()),
      signal: client.signal,
    }).catch(() => 'gone')
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

  it('killed in the middle of a change leaves one that was made once, and a new one serves at once', async () => {
    const panel = await startPanel()
    const service = start(simulatorEnvironment(panel))
    const url = await urlOf(service)
    await service.logged('ready')
    const hold = panel.hold('v-change-mail-account-password')
    const request = fetch(`${url}${CHANGES}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(byAccount()),
    }).catch(() => 'no answer')
    await hold.arrived
    service.child.kill('SIGKILL')
    expect(await request).toBe('no answer')
    hold.release()
    await vi.waitUntil(() => panel.accepts('info@example.org', NEW_PASSWORD))
    expect(panel.mailbox('info@example.org')?.loginLines).toHaveLength(1)

    const next = start(simulatorEnvironment(panel))
    const response = await fetch(`${await urlOf(next)}${CHANGES}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(byMailbox({ currentPassword: NEW_PASSWORD, newPassword: 'another new secret' })),
    })
    expect(response.status).toBe(200)
    const changes = panel.calls.filter(
      ({ command, args }) => command === 'v-change-mail-account-password' && args.length > 0,
    )
    expect(changes).toHaveLength(2)
  })

  it('told to stop while a person waits, answers first', async () => {
    const panel = await startPanel()
    const service = start(simulatorEnvironment(panel))
    const url = await urlOf(service)
    const hold = panel.hold('v-change-mail-account-password')
    const request = fetch(`${url}${CHANGES}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(byAccount()),
    })
    await hold.arrived
    service.child.kill('SIGTERM')
    await service.logged('stopping')
    hold.release()
    expect((await request).status).toBe(200)
    const [code] = await once(service.child, 'close')
    expect(code).toBe(0)
  })
})
