import { execFile, spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { connect as connectPlainly } from 'node:net'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { expect, vi } from 'vitest'
import { atEnd } from './at-end.js'
import { ROOT } from './checkout.js'
import { PATH, startProgram } from './programs.js'
import { scratchDirectory } from './scratch.js'
import type { Visited } from './visit.js'

/**
 * A panel's host in its own namespaces: this machine's root with other files over it, its own address, systemd, and real programs on
 * their usual ports. The commands of the panel are replaced by those in `panel-machine/root/`.
 */
export interface PanelMachine {
  /** A folder of this machine, which is /mnt there. */
  readonly shared: string
  /** The number that its process 1 has on this machine. */
  init(): number
  /** Runs a command as root, without a terminal. */
  run(...command: string[]): Promise<Finished>
  /** Runs a line of bash on a terminal, where somebody answers the questions. */
  runAtTerminal(line: string, answer: Answer): Promise<Finished>
  write(path: string, text: string): Promise<void>
  /** Restarts the host. Its files stay. */
  reboot(): Promise<void>
  /** Sends a request to its web server. */
  visit(url: string, form?: Record<string, string>, headers?: Record<string, string>): Promise<Visited>
}

/** What somebody types at a question. */
type Answer = (question: string) => string | Promise<string>

export interface Finished {
  readonly code: number
  /** Everything that it printed. */
  readonly output: string
}

const BOOT = fileURLToPath(new URL('../panel-machine/boot.sh', import.meta.url))
/** The environment of root's shell. Node.js doesn't load the host's certificate authorities. */
const ENVIRONMENT = { PATH, HESTIA: '/usr/local/hestia', NODE_EXTRA_CA_CERTS: '/etc/ssl/authority.pem' }
const NAMESPACES = ['--mount', '--net', '--uts', '--ipc', '--pid', '--cgroup']

/** Whether this user can start it on this machine. */
export const canRunMachine = spawnSync('unshare', [...NAMESPACES, '--fork', 'true']).status === 0

/** Starts it until the tests of the file are over. */
export async function startPanelMachine(): Promise<PanelMachine> {
  const shared = scratchDirectory('machine')
  const boot = startProgram('unshare', [...NAMESPACES, '--fork', '--kill-child', BOOT, ROOT, shared])
  // unshare ignores other signals.
  atEnd(async () => {
    await boot.kill()
    await removeGroups(basename(shared))
  })

  // The processes are unshare, boot.sh, unshare and systemd.
  const init = (): number => [1, 2, 3].reduce((pid) => childOf(pid), boot.pid)
  const enter = (): string[] => ['nsenter', '--target', `${init()}`, ...NAMESPACES, '--root', '--wd', '--']

  const run = (...command: string[]): Promise<Finished> => finish(enter(), command)

  async function waitUntilUp(): Promise<void> {
    const look = async (): Promise<void> => {
      const { output } = await run('systemctl', 'is-system-running')
      if (!/^(?:running|degraded)$/.test(output.trim())) throw new Error(`${output}\n${boot.output()}`)
    }
    await vi.waitFor(look, { timeout: 30_000, interval: 100 })
  }

  await waitUntilUp()
  return {
    shared,
    init,
    run,
    async write(path, text) {
      writeFileSync(join(shared, 'file'), text)
      const { code, output } = await run('cp', '--no-preserve=all', '/mnt/file', path)
      if (code !== 0) throw new Error(output)
    },
    runAtTerminal: (line, answer) => finishAtTerminal(enter(), line, answer),
    async reboot() {
      const former = init()
      await run('systemctl', 'reboot', '--force')
      await vi.waitFor(() => expect(init()).not.toBe(former), { timeout: 30_000, interval: 50 })
      await waitUntilUp()
    },
    visit: (url, form, headers = {}) => visit(shared, new URL(url), form, headers),
  }
}

/** Starts a host without a panel, `service.example.net` at 192.0.2.10, in the network of a panel's host. */
export async function startServiceHost(panel: PanelMachine): Promise<PanelMachine> {
  const host = await startPanelMachine()
  const script = [
    'set -e',
    'hostname service.example.net',
    'ip link delete host0',
    'systemctl stop hestia dovecot exim4 fail2ban',
    'rm -r /usr/local/hestia/{bin,conf,data,ssl} /home/alice /etc/nginx/conf.d/*',
    'systemctl reload nginx',
  ]
  const emptied = await host.run('bash', '-c', script.join('\n'))
  if (emptied.code !== 0) throw new Error(emptied.output)
  spawnSync('nsenter', [
    `--net=/proc/${panel.init()}/ns/net`,
    'ip',
    'link',
    'set',
    'host1',
    'netns',
    `${host.init()}`,
  ])
  const joined = await host.run(
    'bash',
    '-c',
    'ip address add 192.0.2.10/24 dev host1 && ip link set host1 up',
  )
  if (joined.code !== 0) throw new Error(joined.output)
  return host
}

/** Throws if there is none, as during a reboot. */
function childOf(pid: number): number {
  const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0])
  if (!child) throw new Error(`process ${pid} has started nothing`)
  return child
}

/** Removes the control groups of a machine that was killed. Its last processes end a moment later. */
async function removeGroups(name: string): Promise<void> {
  const remove = `mount -t cgroup2 cgroup2 /mnt && find /mnt/${name} -depth -type d -exec rmdir {} +`
  const tryIt = (): void => {
    const { status, stderr } = spawnSync('unshare', ['--mount', 'bash', '-c', remove], { encoding: 'utf8' })
    expect(status, stderr).toBe(0)
  }
  await vi.waitFor(tryIt, { timeout: 10_000, interval: 100 })
}

function finish([program = '', ...enter]: readonly string[], command: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    const options = { env: ENVIRONMENT }
    const child = execFile(program, [...enter, ...command], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr })
    })
    child.stdin?.end()
  })
}

/** `script`, from util-linux, provides the terminal. */
function finishAtTerminal(enter: readonly string[], line: string, answer: Answer): Promise<Finished> {
  const command = [...enter, 'bash', '-c', `'${line}'`].join(' ')
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: ENVIRONMENT,
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', async (part: string) => {
    output += part
    if (!/(?:\]|\)): $/.test(part)) return
    const typed = await answer(output.slice(output.lastIndexOf('\n') + 1))
    child.stdin.write(`${typed}\n`)
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
