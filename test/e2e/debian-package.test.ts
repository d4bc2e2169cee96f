import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { linksIn } from '../kit/document-links.js'
import {
  type PanelSimulator,
  simulatorCredentials,
  startPanelSimulator,
} from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { expectChange } from './kit/change.js'
import { ROOT } from './kit/checkout.js'
import { type DebianHost, feignSystemd, installDebian } from './kit/debian-host.js'
import { startRekey } from './kit/rekey.js'
import { scratchDirectory } from './kit/scratch.js'

const BUILD_MS = 900_000
const HOST_MS = 600_000

/** The releases to test the package on. */
const RELEASES = (process.env.REKEY_TEST_RELEASES ?? 'bookworm').split(',')

/** `e_machine` of an ELF file. */
const MACHINES = { amd64: 62, arm64: 183 } as const

const { version } = manifest
const FORMER = '0.1.99'
const DATE = new Date('2026-01-02T03:04:05Z')
const execute = promisify(execFile)

/** The folder of the packages, and the contents of each. */
let built: string
const unpacked = { amd64: '', arm64: '' }

beforeAll(async () => {
  built = await build()
  for (const architecture of architectures()) {
    unpacked[architecture] = scratchDirectory(architecture)
    execFileSync('dpkg-deb', ['--extract', packageFor(architecture), unpacked[architecture]])
  }
}, BUILD_MS)

async function build(): Promise<string> {
  const folder = scratchDirectory('packages')
  // A commit during the tests would change the date of the files.
  const env = { ...process.env, SOURCE_DATE_EPOCH: `${DATE.getTime() / 1000}` }
  await execute(process.execPath, ['--import', 'tsx', 'scripts/package-deb.ts', folder], { cwd: ROOT, env })
  return folder
}

function architectures(): ('amd64' | 'arm64')[] {
  return ['amd64', 'arm64']
}

function packageFor(architecture: string, folder = built): string {
  return join(folder, `rekey_${version}_${architecture}.deb`)
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
}

it.each(architectures())(
  'the package for %s has binaries for that processor, and all of them',
  (architecture) => {
    const folder = unpacked[architecture]
    const contents = filesIn(folder).map(
      (path) => [path.slice(folder.length + 1), readFileSync(path)] as const,
    )
    const binaries = contents.filter(([, bytes]) => bytes.subarray(0, 4).toString('latin1') === '\x7fELF')
    expect(binaries.map(([path]) => path.replace(/-linux-[^/]*\/.*/, '')).sort()).toEqual([
      'usr/lib/rekey/app/node_modules/@node-rs/argon2',
      'usr/lib/rekey/app/node_modules/@node-rs/bcrypt',
      'usr/lib/rekey/bin/node',
    ])
    for (const [path, bytes] of binaries)
      expect([path, bytes.readUInt16LE(18)]).toEqual([path, MACHINES[architecture]])
    // The newest versions that these binaries need. Debian 11 has 2.31, and GCC 10's 3.4.28.
    for (const [, bytes] of binaries) {
      expect(newest(/GLIBC_2\.(\d+)/g, bytes)).toBeLessThanOrEqual(28)
      expect(newest(/GLIBCXX_3\.4\.(\d+)/g, bytes)).toBeLessThanOrEqual(28)
    }
    const field = (name: string): string =>
      execFileSync('dpkg-deb', ['--field', packageFor(architecture), name], { encoding: 'utf8' }).trim()
    expect(field('Architecture')).toBe(architecture)
    expect(field('Depends')).toBe('libc6 (>= 2.28), libgcc-s1, libstdc++6')
  },
)

/** The highest number that matches. */
function newest(pattern: RegExp, bytes: Buffer): number {
  return Math.max(0, ...[...bytes.toString('latin1').matchAll(pattern)].map(([, number]) => Number(number)))
}

it.each(architectures())(
  'the package for %s is smaller than 60 MB, and everybody can read what it installs',
  (architecture) => {
    expect(statSync(packageFor(architecture)).size / 1e6).toBeLessThan(60)
    const hidden = '( -type d ! -perm -o=rx ) -o ( -type f ! -perm -o=r )'.split(' ')
    expect(execFileSync('find', [unpacked[architecture], ...hidden], { encoding: 'utf8' })).toBe('')
  },
)

it('the packages are the same to the byte when they are made again', { timeout: BUILD_MS }, async () => {
  const again = await build()
  for (const architecture of architectures()) {
    const [one, other] = [built, again].map((folder) => readFileSync(packageFor(architecture, folder)))
    expect(one?.equals(other ?? Buffer.of())).toBe(true)
  }
})

it.each(architectures())(
  'lintian finds no error in the package for %s',
  { timeout: HOST_MS },
  async (architecture) => {
    const lintian = execute('lintian', ['--allow-root', '--fail-on', 'error', packageFor(architecture)])
    expect(
      await lintian.then(
        () => '',
        ({ stdout, stderr }) => stdout + stderr,
      ),
    ).toBe('')
  },
)

it('the package names the licences of all that is inside it', () => {
  const copyright = readFileSync(join(unpacked.amd64, 'usr/share/doc/rekey/copyright'), 'utf8')
  for (const text of ['The Rekey authors', 'Node.js 24.', '@node-rs/bcrypt@', '@node-rs/argon2@', 'express@'])
    expect(copyright).toContain(text)
})

it('the package has all that its documents lead to', () => {
  const documents = filesIn(join(unpacked.amd64, 'usr/share/doc/rekey')).filter((path) =>
    path.endsWith('.md'),
  )
  const targets = documents.flatMap((path) => linksIn(pathToFileURL(path)))
  expect(targets.filter((target) => !existsSync(fileURLToPath(target))).map(String)).toEqual([])
})

it('the package takes back what each of its units may have been told to do', () => {
  const folder = join(unpacked.amd64, 'usr/lib/systemd/system')
  const enabled = readdirSync(folder).filter((name) =>
    readFileSync(join(folder, name), 'utf8').includes('\n[Install]'),
  )
  const script = readFileSync(join(ROOT, 'packaging/debian/prerm'), 'utf8')
  expect(enabled).toContain('rekey.service')
  for (const name of enabled) expect(script).toContain(` ${name}`)
})

// Only root can install a system into a folder.
describe.runIf(process.getuid?.() === 0).each(RELEASES)('on %s, without a network,', (release) => {
  let host: DebianHost
  let panel: PanelSimulator
  let calls: string
  let before: string[]

  beforeAll(async () => {
    host = await installDebian(release)
    calls = feignSystemd(host)
    before = await host.paths()
    panel = await startPanelSimulator()
    atEnd(() => panel.close())
  }, HOST_MS)

  /** Runs apt with the package of a version in the host's /root. */
  async function apt(...args: string[]): Promise<string> {
    writeFileSync(calls, '')
    return host.run('apt-get', '--yes', '--allow-downgrades', ...args)
  }

  async function install(edition: string): Promise<void> {
    await apt('install', '--reinstall', `/root/rekey_${edition}.deb`)
    expect(await host.run('rekey', '--version')).toBe(`${edition}\n`)
  }

  function systemctl(): string[] {
    return readFileSync(calls, 'utf8').split('\n').filter(Boolean)
  }

  /** Changes a password as the service's user, with the host's settings. */
  async function changesPassword(): Promise<void> {
    const service = await startRekey(panel, {}, [
      'chroot',
      '--userspec=65534:65534',
      host.root,
      '/usr/bin/rekey',
    ])
    await expectChange(service.url)
    await service.kill()
  }

  it('the package installs, and starts nothing', { timeout: HOST_MS }, async () => {
    await makeFormer(join(host.root, `root/rekey_${FORMER}.deb`))
    execFileSync('cp', [packageFor('amd64'), join(host.root, `root/rekey_${version}.deb`)])
    await install(FORMER)
    expect(systemctl()).toEqual(['daemon-reload'])
    expect(existsSync(join(host.root, 'etc/rekey'))).toBe(false)
  })

  it('a new version keeps the settings, restarts what runs, and makes a change; so does the way back', {
    timeout: HOST_MS,
  }, async () => {
    const settings = [
      ['rekey.env', `HESTIA_URL=${panel.url}\nHESTIA_ACCESS_KEY=${simulatorCredentials.accessKey}\n`],
      ['secret-key', `${simulatorCredentials.secretKey}\n`],
    ] as const
    const folder = join(host.root, 'etc/rekey')
    mkdirSync(folder, { mode: 0o700 })
    for (const [name, text] of settings) writeFileSync(join(folder, name), text, { mode: 0o600 })
    for (const edition of [version, version, FORMER, version]) {
      await install(edition)
      expect(systemctl()).toEqual(['daemon-reload', 'daemon-reload', 'try-restart rekey.service'])
      for (const [name, text] of settings) {
        expect(readFileSync(join(folder, name), 'utf8')).toBe(text)
        expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
      }
      const isFormer = existsSync(join(host.root, 'usr/lib/rekey/app/dist/gone-since.js'))
      expect(isFormer).toBe(edition === FORMER)
    }
    const check =
      'set -a; . /etc/rekey/rekey.env; HESTIA_SECRET_KEY_FILE=/etc/rekey/secret-key rekey --check-config'
    expect(await host.run('sh', '-c', check)).toBe('The configuration is complete.\n')
    await changesPassword()
  })

  it('the package goes without a trace, and takes its units out of service', {
    timeout: HOST_MS,
  }, async () => {
    await apt('purge', 'rekey')
    expect(systemctl()).toEqual([
      'disable --now rekey-refresh.timer rekey.socket rekey.service',
      'daemon-reload',
      'daemon-reload',
    ])
    expect(await host.paths()).toEqual(before)
  })

  it('the package goes where the setup can’t be undone, and keeps what it takes to do so by hand', {
    timeout: HOST_MS,
  }, async () => {
    await install(version)
    const records = join(host.root, 'etc/rekey/setup')
    mkdirSync(records, { recursive: true })
    writeFileSync(join(records, 'journal.json'), '')
    writeFileSync(join(host.root, 'etc/rekey/secret-key'), '')
    expect(await apt('purge', 'rekey')).toContain('rekey: /etc/rekey/setup stays: it has copies')
    expect(readdirSync(join(host.root, 'etc/rekey'), { recursive: true }).sort()).toEqual([
      'setup',
      'setup/journal.json',
    ])
    rmSync(join(host.root, 'etc/rekey'), { recursive: true })
    expect(await host.paths()).toEqual(before)
  })
})

/** Makes a package of an earlier version, with a file that this one doesn't have. */
async function makeFormer(path: string): Promise<void> {
  const folder = scratchDirectory('former')
  await execute('dpkg-deb', ['--raw-extract', packageFor('amd64'), folder])
  const app = join(folder, 'usr/lib/rekey/app')
  writeFileSync(join(app, 'dist/gone-since.js'), '')
  const replace = (file: string, from: string, to: string): void =>
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to))
  replace(join(app, 'package.json'), `"version": "${version}"`, `"version": "${FORMER}"`)
  replace(join(folder, 'DEBIAN/control'), `Version: ${version}`, `Version: ${FORMER}`)
  await execute('dpkg-deb', ['--root-owner-group', '-Znone', '--build', folder, path])
}
