import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { type PanelSimulator, startPanelSimulator } from '../panel-simulator/simulator.js'
import { CHANGES } from './submissions.js'

/** Built by `npm test` before the tests run. */
export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

type LogLine = Readonly<Record<string, unknown>>

/** The program, as a process that serves. */
export interface Running {
  readonly child: ChildProcess
  readonly lines: LogLine[]
  /** Resolves to the first log line of this event, also to one that is already there. */
  logged(event: string): Promise<LogLine>
}

/** Starts the program, at a port that is free; it is killed when the test ends. */
export function start(environment: Record<string, string>): Running {
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

/** Runs the program to its end. */
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

/** Where it listens, as soon as it does. */
export async function urlOf(service: Running): Promise<string> {
  const { address, port } = await service.logged('listening')
  return `http://${address}:${port}`
}

/** Asks it for a change, as a program does. */
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
