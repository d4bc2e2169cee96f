import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { MachineName } from '../test/panel-simulator/server/command-costs.js'
import { simulatorCredentials } from '../test/panel-simulator/simulator.js'
import type { Order, Spent } from './servers/simulator.js'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const START_MS = 20_000

const directory = mkdtempSync(join(tmpdir(), 'rekey-bench-'))
const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill()
  rmSync(directory, { recursive: true, force: true })
})

/** A server in a process of its own. */
export interface Server {
  readonly url: string
  readonly pid: number
}

export interface Simulator extends Server {
  readonly certificate: string
  setDelay(delayMs: number): Promise<void>
  /** How many commands named this domain since the last order. */
  callsFor(domain: string): Promise<number>
  accepts(address: string, password: string): Promise<boolean>
  spent(): Promise<Spent>
  stop(): Promise<void>
}

async function forkServer(name: string, env: Record<string, string>): Promise<[ChildProcess, object]> {
  const file = fileURLToPath(new URL(`servers/${name}.ts`, import.meta.url))
  const child = fork(file, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, NODE_ENV: 'production', ...env },
  })
  children.add(child)
  const [message] = await once(child, 'message', { signal: AbortSignal.timeout(START_MS) })
  return [child, message as object]
}

/** @param machine what the panel runs on; without it commands take no time of their own */
export async function startSimulator(machine?: MachineName): Promise<Simulator> {
  const [child, message] = await forkServer('simulator', { PANEL_MACHINE: machine ?? '' })
  const { url, certificate } = message as { url: string; certificate: string }
  async function order<Answer>(what: Order): Promise<Answer> {
    child.send(what)
    const [message] = await once(child, 'message')
    return (message as { answer: Answer }).answer
  }
  return {
    url,
    certificate,
    pid: child.pid ?? 0,
    setDelay: async (delayMs) => void (await order({ delayMs })),
    callsFor: (domain) => order({ callsFor: domain }),
    accepts: (address, password) => order({ accepts: address, password }),
    spent: () => order({ spent: true }),
    stop: () => stop(child),
  }
}

/** Starts one of the servers to compare with. */
export async function startServer(name: string, env: Record<string, string>): Promise<Server> {
  const [child, message] = await forkServer(name, env)
  const { port } = message as { port: number }
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0 }
}

export interface Rekey extends Server {
  /** From its start to the line that says that it is ready. */
  readonly readyMs: number
  stop(): Promise<void>
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill()
  await once(child, 'exit')
  children.delete(child)
}

let started = 0

/** Starts the built service in production, with its log in a file. */
export async function startRekey(simulator: Simulator, env: Record<string, string>): Promise<Rekey> {
  const log = join(directory, `rekey-${started++}.log`)
  const caFile = join(directory, 'panel.pem')
  writeFileSync(caFile, simulator.certificate)
  const startMs = Date.now()
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      HESTIA_URL: simulator.url,
      HESTIA_ACCESS_KEY: simulatorCredentials.accessKey,
      HESTIA_SECRET_KEY: simulatorCredentials.secretKey,
      HESTIA_CA_FILE: caFile,
      REKEY_PORT: '0',
      ...env,
    },
    stdio: ['ignore', openSync(log, 'a'), 'inherit'],
  })
  children.add(child)
  const find = async (event: string): Promise<{ time: number; port: number }> => {
    const line = readFileSync(log, 'utf8')
      .split('\n')
      .find((text) => text.includes(`"event":"${event}"`))
    if (line) return JSON.parse(line) as { time: number; port: number }
    if (Date.now() - startMs > START_MS) throw new Error(`Rekey wrote no line ${event}`)
    await setTimeout(10)
    return find(event)
  }
  const { port } = await find('listening')
  const { time } = await find('ready')
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    readyMs: time - startMs,
    stop: () => stop(child),
  }
}

/** Resident memory, in MB. */
export function residentMb(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return (Number(kilobytes) * 1024) / 1e6
}

/** Processor time used so far, in ms; the kernel counts in hundredths of a second. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
