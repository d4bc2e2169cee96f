import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fromRoot } from '../from-root.js'
import type { Architecture } from './architectures.js'

/** The folders with the npm packages that go into a Debian package. */
export interface FetchedPackages {
  /** The bundled Node.js: `bin/node` and `LICENSE`. */
  readonly runtime: string
  /** The `node_modules` of the service. */
  readonly dependencies: string
}

/**
 * Fetches the packages for an architecture into a folder, with the versions and checksums in the lock files. Throws if the
 * SHA-256 of Node's binary isn't the one in packaging/runtime/SHA256SUMS.
 */
export function fetchPackages(architecture: Architecture, folder: string): FetchedPackages {
  const name = `node-linux-${architecture.node}`
  const runtime = join(install('packaging/runtime', architecture, join(folder, 'runtime')), name)
  checkBinary(`${name}/bin/node`, join(runtime, 'bin/node'))
  return { runtime, dependencies: install('.', architecture, join(folder, 'dependencies')) }
}

/** Installs the packages of a lock file of the project, and returns their folder. */
function install(project: string, { node }: Architecture, folder: string): string {
  mkdirSync(folder, { recursive: true })
  for (const file of ['package.json', 'package-lock.json'])
    copyFileSync(fromRoot(join(project, file)), join(folder, file))
  const target = ['--os=linux', '--libc=glibc', `--cpu=${node}`]
  const args = ['ci', '--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  execFileSync('npm', [...args, ...target], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const modules = join(folder, 'node_modules')
  // npm's own files, which contain the packages' download addresses.
  for (const own of ['.bin', '.package-lock.json'])
    rmSync(join(modules, own), { recursive: true, force: true })
  return modules
}

function checkBinary(name: string, path: string): void {
  const sums = readFileSync(fromRoot('packaging/runtime/SHA256SUMS'), 'utf8')
  const sum = createHash('sha256').update(readFileSync(path)).digest('hex')
  if (!sums.split('\n').includes(`${sum}  ${name}`))
    throw new Error(`${name} has the SHA-256 ${sum}, which is not in packaging/runtime/SHA256SUMS`)
}
