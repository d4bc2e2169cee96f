import { execFile, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { connect as connectPlainly } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { atEnd } from './at-end.js'
import { ROOT } from './checkout.js'
import { PATH, startProgram } from './programs.js'
import { scratchDirectory } from './scratch.js'
import type { Visited } from './visit.js'

/**
 * A panel's host in its own namespaces: this machine's root with other files over it, its own address, and real programs on their
 * usual ports. The commands of the panel and of systemd are replaced by those in `panel-machine/root/`.
 */
export interface PanelMachine {
  /** Runs a command as root, without a terminal. */
  run(...command: string[]): Promise<Finished>
  /** The same on a terminal, where somebody accepts the default of each question. */
  runAtTerminal(...command: string[]): Promise<Finished>
  /** Sends a request to its web server. */
  visit(url: string, form?: Record<string, string>, headers?: Record<string, string>): Promise<Visited>
}

export interface Finished {
  readonly code: number
  /** Everything that it printed. */
  readonly output: string
}

const BOOT = fileURLToPath(new URL('../panel-machine/boot.sh', import.meta.url))
const NAMESPACES = ['--mount', '--net', '--uts', '--ipc', '--pid']

/** Whether this user can start it on this machine. */
export const canRunMachine = spawnSync('unshare', [...NAMESPACES, '--fork', 'true']).status === 0

/** Starts it until the tests of the file are over. */
export async function startPanelMachine(): Promise<PanelMachine> {
  const shared = scratchDirectory('machine')
  const boot = startProgram('unshare', [...NAMESPACES, '--fork', '--kill-child', BOOT, ROOT, shared])
  // unshare ignores other signals.
  atEnd(boot.kill)
  await boot.written(/The machine is up/)
  const children = readFileSync(`/proc/${boot.pid}/task/${boot.pid}/children`, 'utf8')
  const enter = ['nsenter', '--target', children.trim(), ...NAMESPACES, '--root', '--wd', '--']

  return {
    run: (...command) => finish(enter, command),
    runAtTerminal: (...command) => finishAtTerminal([...enter, ...command]),
    visit: (url, form, headers = {}) => visit(shared, new URL(url), form, headers),
  }
}

function finish([program = '', ...enter]: readonly string[], command: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    const options = { env: { PATH, HESTIA: '/usr/local/hestia' } }
    const child = execFile(program, [...enter, ...command], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr })
    })
    child.stdin?.end()
  })
}

/** `script`, from util-linux, provides the terminal. */
function finishAtTerminal(command: readonly string[]): Promise<Finished> {
  const child = spawn('script', ['--quiet', '--return', '--command', command.join(' '), '/dev/null'], {
    env: { PATH },
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    output += part
    if (part.endsWith(']: ')) child.stdin.write('\n')
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? 1, output })))
}

/** Unix sockets connect the two networks. */
async function visit(
  shared: string,
  url: URL,
  form: Record<string, string> | undefined,
  headers: Record<string, string>,
): Promise<Visited> {
  const isSecure = url.protocol === 'https:'
  const path = join(shared, isSecure ? 'port-443' : 'port-80')
  const options = {
    host: url.hostname,
    path: `${url.pathname}${url.search}`,
    method: form ? 'POST' : 'GET',
    headers: {
      host: url.host,
      ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
  }
  return new Promise((resolve, reject) => {
    const request = isSecure
      ? tlsRequest({
          ...options,
          createConnection: () => connect({ path, servername: url.hostname, rejectUnauthorized: false }),
        })
      : plainRequest({ ...options, createConnection: () => connectPlainly(path) })
    request.on('response', async (response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: await text(response) })
    })
    request.on('error', reject)
    request.end(form && new URLSearchParams(form).toString())
  })
}
