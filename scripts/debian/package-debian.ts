import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromRoot } from '../from-root.js'
import type { Architecture } from './architectures.js'
import { makeChecksums, makeControl, pathsIn } from './control.js'
import { fetchPackages } from './fetch-packages.js'
import { layOut, type Release } from './lay-out.js'

const SCRIPTS = ['postinst', 'prerm', 'postrm']
const EXECUTABLE = /^(?:usr\/bin\/rekey|usr\/lib\/rekey\/bin\/node|DEBIAN\/(?:postinst|prerm|postrm))$/

/**
 * Makes the Debian package for an architecture from the output of `npm run build`, and returns its path. With the same files,
 * release, Node.js and dpkg, the package is the same byte for byte.
 *
 * @param target the folder for the package
 * @param compression `none` is for tests, because xz takes half a minute
 */
export function packageDebian(
  release: Release,
  architecture: Architecture,
  target: string,
  compression: 'xz' | 'none' = 'xz',
): string {
  const scratch = mkdtempSync(join(tmpdir(), 'rekey-deb-'))
  try {
    const packages = fetchPackages(architecture, join(scratch, 'npm'))
    const root = join(scratch, 'root')
    layOut(root, release, packages)
    addControlFiles(root, release, architecture)
    settle(root, release.date)
    const path = join(target, `rekey_${release.version}_${architecture.debian}.deb`)
    build(root, path, release.date, compression)
    return path
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function addControlFiles(root: string, { version }: Release, architecture: Architecture): void {
  const files = { control: makeControl(version, architecture, root), md5sums: makeChecksums(root) }
  mkdirSync(join(root, 'DEBIAN'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'DEBIAN', name), text)
  for (const name of SCRIPTS) copyFileSync(fromRoot(`packaging/debian/${name}`), join(root, 'DEBIAN', name))
}

/** Sets fixed modes and times, so that the umask and the time of the build don't matter. */
function settle(root: string, date: Date): void {
  for (const path of ['.', ...pathsIn(root)]) {
    const file = join(root, path)
    const entry = lstatSync(file)
    if (!entry.isSymbolicLink()) chmodSync(file, entry.isDirectory() || EXECUTABLE.test(path) ? 0o755 : 0o644)
    lutimesSync(file, date, date)
  }
}

function build(root: string, path: string, date: Date, compression: string): void {
  const env = { ...process.env, SOURCE_DATE_EPOCH: `${date.getTime() / 1000}` }
  const args = ['--root-owner-group', `-Z${compression}`, '--build', root, path]
  execFileSync('dpkg-deb', args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
}
