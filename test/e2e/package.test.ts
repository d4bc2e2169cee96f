import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { atEnd } from './kit/at-end.js'
import { checkOut, cleanEnvironment, ROOT } from './kit/checkout.js'
import { startRekey } from './kit/rekey.js'
import { scratchDirectory } from './kit/scratch.js'

const INSTALL_MS = 180_000

let prefix: string
let checkout: string

// As docs/install.md tells it, but for what `npm ci` installs to build with: that is here.
beforeAll(() => {
  checkout = scratchDirectory('checkout')
  prefix = scratchDirectory('prefix')
  checkOut(checkout)
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'))
  npm('pack', '--silent')
  const [tarball = ''] = readdirSync(checkout).filter((name) => name.endsWith('.tgz'))
  npm('install', '--global', '--prefix', prefix, '--prefer-offline', `./${tarball}`)
}, INSTALL_MS)

function npm(...args: string[]): void {
  execFileSync('npm', args, {
    cwd: checkout,
    env: cleanEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

function rekey(args: readonly string[], environment: Record<string, string> = {}): string {
  const env = { PATH: `${join(prefix, 'bin')}:${process.env.PATH}`, ...environment }
  return execFileSync('rekey', args, { env, encoding: 'utf8' })
}

interface Lock {
  readonly packages: Readonly<Record<string, { version?: string; dev?: boolean }>>
}

describe('the package, installed into an empty prefix', () => {
  it('runs as rekey', () => {
    expect(rekey(['--version'])).toBe('0.1.0\n')
    const environment = { HESTIA_URL: 'https://panel.example:8083', HESTIA_API_KEY: 'a key' }
    expect(rekey(['--check-config'], environment)).toBe('The configuration is complete.\n')
  })

  it('brings the versions that were tested, and nothing that only development needs', () => {
    const installed = join(prefix, 'lib/node_modules/rekey')
    const { packages }: Lock = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8'))
    const ls = ['ls', '--global', '--prefix', prefix, '--all', '--parseable']
    const list = execFileSync('npm', ls, { encoding: 'utf8' }).trim().split('\n')
    const paths = list.filter((path) => path.startsWith(`${installed}/`))
    expect(paths.length).toBeGreaterThan(80)
    for (const path of paths) {
      const locked = packages[relative(installed, path)]
      const { version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
      expect([path, version, locked?.dev]).toEqual([path, locked?.version, undefined])
    }
    expect(readdirSync(installed)).toContain('npm-shrinkwrap.json')
    expect(readdirSync(checkout)).not.toContain('npm-shrinkwrap.json')
  })

  it('makes a change', async () => {
    const panel = await startPanelSimulator()
    atEnd(() => panel.close())
    const service = await startRekey(panel, {}, [join(prefix, 'bin/rekey')])
    const response = await fetch(`${service.url}/api/v1/password-changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        email: 'info@example.org',
        newPassword: 'a wholly new secret',
        currentPassword: 'info mail pw',
      }),
    })
    expect(await response.json()).toEqual({ code: 'changed' })
  })
})
