import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { defaultOf } from '../../scripts/configuration.js'
import { variables } from '../../src/config/load.js'
import { longestStopMs } from '../../src/service/stop-times.js'
import { simulatorCredentials, startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { expectChange } from './kit/change.js'
import { adapt } from './kit/deploy-file.js'
import { blocksFrom } from './kit/document.js'
import { MAIN, startRekey } from './kit/rekey.js'
import { type CommandLine, confined } from './kit/sandbox.js'
import { scratchDirectory } from './kit/scratch.js'

const UNIT = fileURLToPath(new URL('../../deploy/systemd/rekey.service', import.meta.url))
const FILTER = fileURLToPath(new URL('drivers/unit_filter.py', import.meta.url))

const [SOCKET_USER = ''] = blocksFrom('docs/reverse-proxy.md', 'By a Unix socket', 'ini')

let directory: string
let filter: string

beforeAll(() => {
  directory = scratchDirectory('unit')
  filter = join(directory, 'filter.bpf')
  writeFileSync(filter, execFileSync('/usr/bin/python3', [FILTER, UNIT]))
})

function secondsOf(setting: string): number {
  return Number(new RegExp(`^${setting}=(\\d+)$`, 'm').exec(readFileSync(UNIT, 'utf8'))?.[1])
}

function analyze(...args: string[]) {
  return spawnSync('systemd-analyze', ['--no-pager', '--man=no', ...args], { encoding: 'utf8' })
}

/** The unit with drop-ins beside it, each by its name. */
function writeUnit(dropIns: Readonly<Record<string, string>>): string {
  const unit = join(mkdtempSync(join(directory, 'unit-')), 'rekey.service')
  writeFileSync(unit, adapt('systemd/rekey.service', { '/opt/rekey/dist/main.js': process.execPath }))
  mkdirSync(`${unit}.d`)
  for (const [name, text] of Object.entries(dropIns)) writeFileSync(join(`${unit}.d`, name), text)
  return unit
}

it('the unit for systemd is understood by systemd, every line of it and of its drop-ins', () => {
  const firewall = adapt('systemd/firewall.conf', {})
  const unit = writeUnit({ 'firewall.conf': firewall, 'socket.conf': SOCKET_USER })
  expect(analyze('verify', unit)).toMatchObject({ status: 0, stdout: '', stderr: '' })
})

it('the unit for systemd sets what DynamicUser implies, which a socket’s drop-in turns off', () => {
  expect(SOCKET_USER).toMatch(/^DynamicUser=no$/m)
  // systemd.exec(5).
  for (const setting of [
    'ProtectSystem=strict',
    'ProtectHome=yes',
    'PrivateTmp=yes',
    'RemoveIPC=yes',
    'NoNewPrivileges=yes',
    'RestrictSUIDSGID=yes',
  ]) {
    expect(readFileSync(UNIT, 'utf8').split('\n')).toContain(setting)
  }
})

it('the unit for systemd is started anew until it works', () => {
  // systemd gives a unit up that was started five times in ten seconds.
  expect(secondsOf('RestartSec') * 5).toBeGreaterThan(10)
})

it('the unit for systemd is killed only when Rekey must have stopped by itself', () => {
  const { REKEY_REQUEST_TIMEOUT_MS: request, HESTIA_TIMEOUT_MS: command } = variables
  const stopMs = longestStopMs(Number(defaultOf(request)), Number(defaultOf(command)))
  // Its log has two seconds more.
  expect(secondsOf('TimeoutStopSec')).toBeGreaterThan((stopMs + 2000) / 1000)
})

it.each([
  ['as it is', {}],
  ['with a socket', { 'socket.conf': SOCKET_USER }],
])('the unit for systemd has an exposure below 2.0, %s', (_what, dropIns) => {
  const { status, stdout } = analyze('security', '--offline=true', '--threshold=19', writeUnit(dropIns))
  expect([status, stdout]).toEqual([0, expect.stringMatching(/exposure level for rekey.service: 1\.\d OK/)])
})

it('the unit for systemd reads settings that are complete, but for the key', () => {
  const settings = adapt('rekey.env', { 'HESTIA_ACCESS_KEY=': `HESTIA_ACCESS_KEY=${'A'.repeat(20)}` })
  const lines = settings.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const env = {
    ...Object.fromEntries(lines.map((line) => line.split('='))),
    HESTIA_SECRET_KEY: 'S'.repeat(40),
  }
  const check = (values: Record<string, string>) =>
    spawnSync(process.execPath, [MAIN, '--check-config'], { env: values, encoding: 'utf8' })
  expect(check(env)).toMatchObject({ status: 0, stderr: '' })
  expect(check({ ...env, HESTIA_ACCESS_KEY: '' }).status).toBe(78)
})

it('the unit for systemd lets Rekey make a change with its system calls alone, and with a secret that is a credential', async () => {
  const panel = await startPanelSimulator()
  atEnd(() => panel.close())
  writeFileSync(join(directory, 'secret-key'), `${simulatorCredentials.secretKey}\n`)
  const [, name = '', path = ''] = /^Environment=(\w+_FILE)=(.*)$/m.exec(readFileSync(UNIT, 'utf8')) ?? []
  const environment = { HESTIA_SECRET_KEY: '', [name]: path.replace('%d', directory) }
  const rekey = await startRekey(
    panel,
    environment,
    confined([process.execPath, MAIN], { filterFile: filter }),
  )
  await expectChange(rekey.url)
})

it('the unit for systemd stands in the way of what Rekey never does', () => {
  const [command, ...args] = ((code: string): CommandLine =>
    confined(['/usr/bin/python3', '-c', code], { filterFile: filter }))(`
import os, resource, socket
def refused(act):
    try: act()
    except (OSError, ValueError) as error: print(error.args[-1])
refused(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
refused(lambda: os.setpriority(os.PRIO_PROCESS, 0, 1))
refused(lambda: os.chroot('/'))
refused(lambda: open('/tmp/rekey', 'w'))
`)
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  expect([stdout.trim().split('\n'), stderr]).toEqual([
    [...Array(3).fill('Operation not permitted'), 'Read-only file system'],
    '',
  ])
})
