import { type ChildProcess, type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { type PanelSimulator, startPanelSimulator } from '../panel-simulator/simulator.js'
import { CHANGES } from './submissions.js'

/** `npm test` builds it before the tests run. */
export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

type LogLine = Readonly<Record<string, unknown>>

/** The program, running as a service. */
export interface Running {
  readonly child: ChildProcess
  readonly lines: LogLine[]
  /** Resolves to the first log line of this event, or the nth with `count`, even if it was logged before. */
  logged(event: string, count?: number): Promise<LogLine>
}

/** Starts the program on a free port. It is killed when the test ends. */
export function start(environment: Record<string, string>): Running {
  const child = spawn(process.execPath, [MAIN], { env: { REKEY_PORT: '0', ...environment } })
  onTestFinished(() => void child.kill('SIGKILL'))
  return watch(child)
}

/** Starts like a process of a systemd socket unit. */
const HANDED_OVER = `printf '{"event":"started","pid":%d}\\n' $$; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"`

/** Listens on a socket and passes it to a process, then to the next one when that has ended, as systemd does. */
const SOCKET_UNIT = `
const { spawnSync } = require('node:child_process')
const [, path, ...command] = process.argv
const server = require('node:net').createServer().listen(path, () => {
  // It waits here for the process, and takes no connection itself.
  for (;;) spawnSync('sh', ['-c', ...command], { stdio: [0, 1, 2, server._handle.fd] })
})`

/** Starts the program on a socket that outlives its processes. Everything is killed when the test ends. */
export function startOnSocket(path: string, environment: Record<string, string>): Running {
  const env = { PATH: process.env.PATH, LISTEN_FDNAMES: 'rekey.socket', ...environment }
  const args = ['-e', SOCKET_UNIT, path, HANDED_OVER, 'sh', process.execPath, MAIN]
  const child = spawn(process.execPath, args, { env, detached: true })
  onTestFinished(() => void process.kill(-Number(child.pid), 'SIGKILL'))
  return watch(child)
}

function watch(child: ChildProcessWithoutNullStreams): Running {
  const lines: LogLine[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => void lines.push(JSON.parse(line)))
  return {
    child,
    lines,
    async logged(event, count = 1) {
      for (;;) {
        const line = lines.filter((entry) => entry.event === event)[count - 1]
        if (line) return line
        await once(reader, 'line')
      }
    },
  }
}

/** Runs the program until it exits. */
export function run(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env: environment }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

export async function startPanel(): Promise<PanelSimulator> {
  const panel = await startPanelSimulator()
  onTestFinished(() => panel.close())
  return panel
}

/** The service's URL, once it listens. */
export async function urlOf(service: Running): Promise<string> {
  const { address, port } = await service.logged('listening')
  return `http://${address}:${port}`
}

/** Requests a change as a client does. */
export async function requestChange(
  service: Running,
  body: object,
  signal: AbortSignal | null = null,
): Promise<Response> {
  return await fetch(`${await urlOf(service)}${CHANGES}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  })
}
