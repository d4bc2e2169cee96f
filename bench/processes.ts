import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { MachineName } from '../test/panel-simulator/server/command-costs.js'
import { simulatorCredentials } from '../test/panel-simulator/simulator.js'
import type { Order, Spent } from './programs/panel.js'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
/** Enough for several services that check a panel on a small machine at the same time. */
const START_MS = 60_000

/** A minimal server: it reads the request and answers. */
const BARE = `
const server = require('node:http').createServer((request, response) => request.resume().on('end', () => response.end('ok')))
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ event: 'listening', time: Date.now(), port: server.address().port })))`

const directory = mkdtempSync(join(tmpdir(), 'rekey-bench-'))
const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill()
  rmSync(directory, { recursive: true, force: true })
})

/** A server in its own process. */
export interface Server {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

/** The panel simulator, and a mail server with the same passwords. */
export interface Panel extends Server {
  readonly certificate: string
  readonly imapUrl: string
  accepts(address: string, password: string): Promise<boolean>
  /** What was spent since the start. */
  spent(): Promise<Spent>
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill()
  await once(child, 'exit')
  children.delete(child)
}

/** Starts a program of this folder, and resolves with the message that says it is ready. */
async function forkProgram(name: string, env: Record<string, string>) {
  const file = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url))
  const child = fork(file, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, NODE_ENV: 'production', ...env },
  })
  children.add(child)
  const message = await nextMessage(child)
  return { child, pid: child.pid ?? 0, stop: () => stop(child), message }
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const [message] = await once(child, 'message', { signal: AbortSignal.timeout(START_MS) })
  return message
}

/** @param machine what the panel runs on; without it, commands take no time */
export async function startPanel(machine?: MachineName): Promise<Panel> {
  const { child, message, ...server } = await forkProgram('panel', { PANEL_MACHINE: machine ?? '' })
  async function order<Answer>(what: Order): Promise<Answer> {
    const answer = nextMessage(child)
    child.send(what)
    return (await answer) as Answer
  }
  return {
    ...server,
    ...(message as Pick<Panel, 'url' | 'certificate' | 'imapUrl'>),
    accepts: (address, password) => order({ address, password }),
    spent: () => order('spent'),
  }
}

/** Starts one of the servers to compare with. */
export async function startRival(name: 'floor' | 'straightforward', panel: Panel): Promise<Server> {
  const env = { PANEL_URL: panel.url, PANEL_CA: panel.certificate }
  const { pid, stop, message } = await forkProgram(name, env)
  return { url: `http://127.0.0.1:${message}`, pid, stop }
}

/** Opens connections that send their requests one byte at a time, and reconnect when they are closed. */
export async function startSlowClients(url: string, count: number) {
  const { child, stop } = await forkProgram('slow-clients', { TARGET: url, COUNT: String(count) })
  return {
    stop,
    async open(): Promise<number> {
      const answer = nextMessage(child)
      child.send('open')
      return (await answer) as number
    },
  }
}

/** A server that logs like Rekey. */
export interface LoggedServer extends Server {
  /** The time from its start until it listened. */
  readonly listenMs: number
}

let started = 0

async function startLogged(args: readonly string[], env: Record<string, string>, lastEvent: string) {
  const log = join(directory, `${started++}.log`)
  const startMs = Date.now()
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', openSync(log, 'a'), 'inherit'],
  })
  children.add(child)
  async function find(event: string): Promise<{ readonly time: number; readonly port: number }> {
    for (;;) {
      const text = readFileSync(log, 'utf8')
      const line = text.split('\n').find((candidate) => candidate.includes(`"event":"${event}"`))
      if (line) return JSON.parse(line)
      if (Date.now() - startMs > START_MS) throw new Error(`${event} was not logged:\n${text}`)
      await setTimeout(10)
    }
  }
  const { time, port } = await find('listening')
  await find(lastEvent)
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    listenMs: time - startMs,
    stop: () => stop(child),
  } satisfies LoggedServer
}

/**
 * Starts the built service with the options of the systemd unit and the image, with its log in a file. Waits until it has checked
 * the panel.
 */
export async function startRekey(panel: Panel, env: Record<string, string> = {}): Promise<LoggedServer> {
  const caFile = join(directory, 'ca.pem')
  writeFileSync(caFile, panel.certificate)
  const settings = {
    HESTIA_URL: panel.url,
    HESTIA_ACCESS_KEY: simulatorCredentials.accessKey,
    HESTIA_SECRET_KEY: simulatorCredentials.secretKey,
    HESTIA_CA_FILE: caFile,
    REKEY_PORT: '0',
    REKEY_TRUST_PROXY: 'loopback',
    NODE_OPTIONS: '--max-semi-space-size=1 --max-old-space-size=1024',
  }
  return await startLogged([MAIN], { ...settings, ...env }, 'ready')
}

/** The same, but it checks passwords by logging in to the mail server. */
export async function startRekeyWithImap(panel: Panel): Promise<LoggedServer> {
  return await startRekey(panel, {
    REKEY_MAILBOX_CHECK: 'imap',
    REKEY_IMAP_URL: panel.imapUrl,
    REKEY_IMAP_CA_FILE: join(directory, 'ca.pem'),
  })
}

export async function startBare(): Promise<LoggedServer> {
  return await startLogged(['-e', BARE], {}, 'listening')
}

/** Resident memory in MB. */
export function residentMb(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return (Number(kilobytes) * 1024) / 1e6
}

/** Processor time used so far, in ms. The kernel counts hundredths of a second. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
