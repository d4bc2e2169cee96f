import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { expectChange } from './kit/change.js'
import { checkOut, cleanEnvironment, ROOT } from './kit/checkout.js'
import { adapt } from './kit/deploy-file.js'
import { blocksFrom, readDocument } from './kit/document.js'
import { startRekey } from './kit/rekey.js'
import type { CommandLine } from './kit/sandbox.js'
import { scratchDirectory } from './kit/scratch.js'

const INSTALL_MS = 180_000

/** Turns the package into one of the next version. */
const packNext = `mkdir next
tar -xzf rekey-0.2.0.tgz -C next
sed -i '0,/"version": "0.2.0"/s//"version": "0.3.0"/' next/package/{package,npm-shrinkwrap}.json
tar -czf rekey-0.3.0.tgz -C next package
`

let host: string
let checkout: string

// The packages for the build are already installed here.
beforeAll(() => {
  checkout = scratchDirectory('checkout')
  host = scratchDirectory('host')
  for (const path of ['etc/systemd/system', 'opt', 'usr/local/bin'])
    mkdirSync(join(host, path), { recursive: true })
  checkOut(checkout)
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'))
  const [pack = '', install = ''] = blocksFrom('docs/install.md', 'The program', 'sh')
  follow(pack.replace('npm ci\n', ''))
  expect(follow(install)).toMatch(/^0\.2\.0$/m)
}, INSTALL_MS)

/** Follows a document's commands and returns the output. A directory stands for the root of the host. */
function follow(commands: string): string {
  const here = commands.replaceAll(/(?<=\s|=)\/(?=opt|etc|usr\/local)/g, `${host}/`)
  const env = {
    ...cleanEnvironment(),
    PATH: `${join(host, 'usr/local/bin')}:${process.env.PATH}`,
    npm_config_prefer_offline: 'true',
    npm_config_loglevel: 'error',
  }
  const said = ['systemctl', 'journalctl'].map((name) => `${name}() { echo ${name} "$@"; }`)
  const script = ['set -e', 'umask 077', ...said, here].join('\n')
  const stdio = ['ignore' as const, 'pipe' as const, 'inherit' as const]
  return execFileSync('bash', ['-c', script], { cwd: checkout, env, encoding: 'utf8', stdio })
}

function settingsPaths(): [string, string] {
  return [join(host, 'etc/rekey/secret-key'), join(host, 'etc/rekey/rekey.env')]
}

/** Writes the settings of docs/install.md, including its example of a value that must be quoted. */
function makeSettings(): void {
  const [prepare = '', settings = ''] = blocksFrom('docs/install.md', 'The settings', 'sh')
  follow(prepare)
  const [, from] = /`(REKEY_MAIL_FROM=[^`]+)`/.exec(readDocument('docs/install.md')) ?? []
  const [secretFile, settingsFile] = settingsPaths()
  writeFileSync(secretFile, `${'S'.repeat(40)}\n`)
  const notifications = `REKEY_SMTP_URL=smtp://127.0.0.1:25\n${from}\n`
  writeFileSync(settingsFile, settings.replace('…', 'A'.repeat(20)) + notifications)
}

async function changesPassword(command: CommandLine): Promise<void> {
  const panel = await startPanelSimulator()
  atEnd(() => panel.close())
  const service = await startRekey(panel, {}, command)
  await expectChange(service.url)
}

interface Lock {
  readonly packages: Readonly<Record<string, { version?: string; dev?: boolean }>>
}

it('the package, installed as docs/install.md tells brings the versions that were tested, and nothing that only development needs', () => {
  const installed = join(host, 'opt/rekey')
  const { packages }: Lock = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8'))
  const list = execFileSync('npm', ['ls', '--all', '--parseable', '--omit=dev'], {
    cwd: installed,
    encoding: 'utf8',
  })
  const paths = list.trim().split('\n').slice(1)
  expect(paths.length).toBeGreaterThan(3)
  for (const path of paths) {
    const locked = packages[relative(installed, path)]
    const { version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
    expect([path, version, locked?.dev]).toEqual([path, locked?.version, undefined])
  }
  expect(existsSync(join(installed, 'node_modules/typescript'))).toBe(false)
  expect(readdirSync(checkout)).not.toContain('npm-shrinkwrap.json')
})

it('the package, installed as docs/install.md tells can be read by every user, as the service’s must, where umask is strict', () => {
  const hidden = '( -type d ! -perm -o=rx ) -o ( -type f ! -perm -o=r )'.split(' ')
  expect(execFileSync('find', [join(host, 'opt/rekey'), ...hidden], { encoding: 'utf8' })).toBe('')
})

it('the package, installed as docs/install.md tells is set up by the commands of docs/install.md, and its settings are complete', () => {
  const [prepare = '', , check = ''] = blocksFrom('docs/install.md', 'The settings', 'sh')
  follow(prepare)
  for (const path of settingsPaths()) expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(() => follow(check)).toThrow()
  makeSettings()
  const leavesNothing = '[ -z "$HESTIA_ACCESS_KEY" ]'
  expect(follow(`${check}${leavesNothing}`)).toBe('The configuration is complete.\n')

  const [service = ''] = blocksFrom('docs/install.md', 'The service', 'sh')
  expect(follow(service)).toContain('systemctl enable --now rekey.socket rekey\n')
  const unitFile = join(host, 'etc/systemd/system/rekey.service')
  const unit = readFileSync(unitFile, 'utf8')
  expect(unit).toBe(adapt('systemd/rekey.service', {}))
  for (const [, path = ''] of unit.matchAll(/^(?:ExecStart|EnvironmentFile)=(.*)$/gm)) {
    expect(existsSync(join(host, path))).toBe(true)
  }

  for (const [path, file] of [
    ['rekey.socket', 'rekey.socket'],
    ['rekey.socket.d/web-server.conf', 'web-server.conf'],
  ]) {
    const installed = readFileSync(join(host, `etc/systemd/system/${path}`), 'utf8')
    expect(installed).toBe(adapt(`systemd/${file}`, {}))
  }
})

it('the package, installed as docs/install.md tells makes a change', async () => {
  await changesPassword([join(host, 'opt/rekey/dist/main.js')])
})

it(
  'a new version, installed as docs/upgrading.md tells takes the place of the old one, and gives it back',
  async () => {
    makeSettings()
    follow(packNext)
    const [beside = '', swap = '', back = ''] = blocksFrom('docs/upgrading.md', 'From a package', 'sh')
    const old = join(host, 'opt/rekey/dist/gone-since.js')
    writeFileSync(old, '')
    expect(follow(beside)).toContain('The configuration is complete.\n')
    expect(follow('rekey --version')).toBe('0.2.0\n')
    expect(follow(swap)).toBe('systemctl restart rekey\njournalctl -u rekey -n 20\n')
    expect([follow('rekey --version'), existsSync(old)]).toEqual(['0.3.0\n', false])
    await changesPassword([join(host, 'opt/rekey/dist/main.js')])
    follow(back)
    expect([follow('rekey --version'), existsSync(old)]).toEqual(['0.2.0\n', true])
  },
  INSTALL_MS,
)

it(
  'the package, installed globally into an empty prefix runs as rekey, and makes a change',
  async () => {
    const prefix = scratchDirectory('prefix')
    follow(`npm install --global --prefix ${prefix} ./rekey-0.2.0.tgz`)
    const env = { PATH: `${join(prefix, 'bin')}:${process.env.PATH}` }
    expect(execFileSync('rekey', ['--version'], { env, encoding: 'utf8' })).toBe('0.2.0\n')
    const complete = { ...env, HESTIA_URL: 'https://panel.example:8083', HESTIA_API_KEY: 'a key' }
    expect(execFileSync('rekey', ['--check-config'], { env: complete, encoding: 'utf8' })).toBe(
      'The configuration is complete.\n',
    )
    await changesPassword([join(prefix, 'bin/rekey')])
  },
  INSTALL_MS,
)
