import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { fromRoot } from '../from-root.js'
import { makeCopyright } from './copyright.js'
import type { FetchedPackages } from './fetch-packages.js'
import { makeManPage } from './man-page.js'

export interface Release {
  readonly version: string
  /** The time stamp of all files. */
  readonly date: Date
}

const APP = 'usr/lib/rekey/app'
const DOCUMENTS = 'usr/share/doc/rekey'
const UNITS = 'usr/lib/systemd/system'

/** Paths in the units, and where the package has them. */
const MOVED: readonly (readonly [from: string, to: string])[] = [
  ['/opt/rekey/dist/main.js', '/usr/bin/rekey'],
  ['/opt/rekey/docs/', `/${DOCUMENTS}/docs/`],
]

/** Puts everything that a package installs into a folder, which stands for the root of the file system. */
export function layOut(folder: string, { version, date }: Release, packages: FetchedPackages): void {
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const copy = (from: string, to: string): void => cpSync(from, join(folder, to), { recursive: true })

  for (const path of packedFiles()) copy(fromRoot(path), join(isDocument(path) ? DOCUMENTS : APP, path))
  copy(packages.dependencies, `${APP}/node_modules`)
  copy(join(packages.runtime, 'bin/node'), 'usr/lib/rekey/bin/node')
  copy(fromRoot('packaging/debian/rekey'), 'usr/bin/rekey')
  for (const name of unitNames()) write(join(UNITS, name), makeUnit(name))

  // Targets of links in the documents.
  for (const name of ['deploy', 'integrations', 'views'])
    symlinkSync(`../../../lib/rekey/app/${name}`, join(folder, DOCUMENTS, name))
  symlinkSync('copyright', join(folder, DOCUMENTS, 'LICENSE'))
  copy(fromRoot('deploy/rekey.env'), `${DOCUMENTS}/examples/rekey.env`)
  write(`${DOCUMENTS}/copyright`, makeCopyright(packages))
  write(`${DOCUMENTS}/changelog.gz`, compress(makeChangelog(version, date)))
  write('usr/share/man/man8/rekey.8.gz', compress(makeManPage(version, date.toISOString().slice(0, 10))))
  copy(fromRoot('packaging/debian/lintian-overrides'), 'usr/share/lintian/overrides/rekey')
}

/** The files of the npm package, except the licence, which is in the copyright file. */
function packedFiles(): string[] {
  const args = ['pack', '--json', '--dry-run', '--offline', '--ignore-scripts']
  const [{ files }] = JSON.parse(execFileSync('npm', args, { cwd: fromRoot('.'), encoding: 'utf8' }))
  return files.map(({ path }: { path: string }) => path).filter((path: string) => path !== 'LICENSE')
}

function isDocument(path: string): boolean {
  return path.startsWith('docs/') || /^[A-Z]+\.md$/.test(path)
}

function unitNames(): string[] {
  return readdirSync(fromRoot('deploy/systemd')).filter((name) => /\.(?:service|socket|timer)$/.test(name))
}

/** A unit of deploy/systemd with the package's paths. */
function makeUnit(name: string): string {
  const own = readFileSync(fromRoot(`deploy/systemd/${name}`), 'utf8')
  const text = MOVED.reduce((unit, [from, to]) => unit.replaceAll(from, to), own)
  if (text.includes('/opt/rekey'))
    throw new Error(`deploy/systemd/${name} names a path that the package doesn't have`)
  // Instructions for installing it by hand.
  return text.replace(/^# For \/etc\/systemd\/.*\n\n?/, '')
}

function makeChangelog(version: string, date: Date): string {
  const stamp = date.toUTCString().replace('GMT', '+0000')
  return `rekey (${version}) stable; urgency=medium

  * See /${DOCUMENTS}/CHANGELOG.md for the changes.

 -- The Rekey authors <rekey@rekey.invalid>  ${stamp}
`
}

function compress(text: string): Buffer {
  return gzipSync(text, { level: 9 })
}
