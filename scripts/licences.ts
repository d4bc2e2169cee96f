import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { fromRoot } from './from-root.js'

/** Writes the packages in a build to a file, each as `NAME@VERSION (LICENCE)` with its licence. Throws if a package has none. */
export function writeLicences(path: string, builds: readonly Metafile[]): void {
  const texts = [...new Set(builds.flatMap(packagesIn))]
    .sort()
    .map((folder) => describePackage(fromRoot(folder)))
  const head = 'The files in this folder contain these packages, under these licences.\n'
  writeFileSync(path, [head, ...texts].join(`\n${'-'.repeat(80)}\n\n`))
}

/** The folders of the packages that are still in the output. */
function packagesIn({ outputs }: Metafile): string[] {
  return Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([file]) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [])
}

/** Returns `NAME@VERSION (LICENCE)` and the licence of the package in a directory. Throws if it has none. */
export function describePackage(directory: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const files = readdirSync(directory).filter((file) => /^licen[cs]e/i.test(file))
  if (files.length === 0) throw new Error(`${directory} has no licence`)
  const texts = files.map((file) => readFileSync(join(directory, file), 'utf8').trim())
  return [`${name}@${version} (${license})`, ...texts, ''].join('\n\n')
}
