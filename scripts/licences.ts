import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { fromRoot } from './from-root.js'

/**
 * Writes down which packages are part of what was built, each as `NAME@VERSION (LICENCE)` and its licence's text. Throws if one
 * has no such text.
 */
export function writeLicences(path: string, builds: readonly Metafile[]): void {
  const texts = [...new Set(builds.flatMap(packagesIn))]
    .sort()
    .map((folder) => describePackage(fromRoot(folder)))
  const head = 'The files in this folder contain these packages, under these licences.\n'
  writeFileSync(path, [head, ...texts].join(`\n${'-'.repeat(80)}\n\n`))
}

/** The folders of the packages of which something is left after the build. */
function packagesIn({ outputs }: Metafile): string[] {
  return Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([file]) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [])
}

/** `NAME@VERSION (LICENCE)` and the licence's text of the package in a directory. Throws if it has none. */
export function describePackage(directory: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const files = readdirSync(directory).filter((file) => /^licen[cs]e/i.test(file))
  if (files.length === 0) throw new Error(`${directory} has no licence`)
  const texts = files.map((file) => readFileSync(join(directory, file), 'utf8').trim())
  return [`${name}@${version} (${license})`, ...texts, ''].join('\n\n')
}
