import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { defaultOf } from '../../scripts/configuration.js'
import { variables } from '../../src/config/load.js'
import { longestStopMs } from '../../src/service/stop-times.js'
import { DATA } from '../../src/setup/steps/service.js'
import { simulatorCredentials, startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { expectChange } from './kit/change.js'
import { adapt } from './kit/deploy-file.js'
import { MAIN, startRekey } from './kit/rekey.js'
import { type CommandLine, confined } from './kit/sandbox.js'
import { scratchDirectory } from './kit/scratch.js'

const UNIT = fileURLToPath(new URL('../../deploy/systemd/rekey.service', import.meta.url))
const FILTER = fileURLToPath(new URL('drivers/unit_filter.py', import.meta.url))

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

/** Both units, with their drop-in. */
function writeUnits(): string[] {
  const folder = mkdtempSync(join(directory, 'units-'))
  const service = join(folder, 'rekey.service')
  const socket = join(folder, 'rekey.socket')
  writeFileSync(service, adapt('systemd/rekey.service', { '/opt/rekey/dist/main.js': process.execPath }))
  writeFileSync(socket, adapt('systemd/rekey.socket', {}))
  mkdirSync(`${socket}.d`)
  writeFileSync(join(`${socket}.d`, 'web-server.conf'), adapt('systemd/web-server.conf', {}))
  return [service, socket]
}

it('the units for systemd are understood by systemd, every line of them', () => {
  expect(analyze('verify', ...writeUnits())).toMatchObject({ status: 0, stdout: '', stderr: '' })
})

it('the unit for systemd is killed only when Rekey must have stopped by itself', () => {
  const { REKEY_REQUEST_TIMEOUT_MS: request, HESTIA_TIMEOUT_MS: command } = variables
  const stopMs = longestStopMs(Number(defaultOf(request)), Number(defaultOf(command)))
  // The log gets two more seconds.
  expect(secondsOf('TimeoutStopSec')).toBeGreaterThan((stopMs + 2000) / 1000)
})

it('the unit for systemd has the folder that the setup and the documents name', () => {
  const [, folder] = /^StateDirectory=(.+)$/m.exec(readFileSync(UNIT, 'utf8')) ?? []
  expect(`/var/lib/${folder}`).toBe(DATA)
})

it('the unit for systemd has an exposure of 1.3 at most', () => {
  const [service = ''] = writeUnits()
  const { status, stdout } = analyze('security', '--offline=true', '--threshold=13', service)
  expect([status, stdout]).toEqual([
    0,
    expect.stringMatching(/exposure level for rekey.service: 1\.[0-3] OK/),
  ])
})

it('the unit for systemd reads settings that are complete, except for the key', () => {
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
  const [, name = ''] = /^LoadCredential=(\w+):/m.exec(readFileSync(UNIT, 'utf8')) ?? []
  writeFileSync(join(directory, name), `${simulatorCredentials.secretKey}\n`)
  const environment = { HESTIA_SECRET_KEY: '', CREDENTIALS_DIRECTORY: directory }
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
