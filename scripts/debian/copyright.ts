import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromRoot } from '../from-root.js'
import { describePackage } from '../licences.js'
import type { FetchedPackages } from './fetch-packages.js'

const RULER = `\n\n${'-'.repeat(80)}\n\n`

/** The licences of everything in a Debian package, each with the path it applies to. */
export function makeCopyright({ runtime, dependencies }: FetchedPackages): string {
  const { name, version } = JSON.parse(readFileSync(join(runtime, 'package.json'), 'utf8'))
  const { dependencies: native } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'))
  const app = '/usr/lib/rekey/app'
  return [
    `Rekey, except the parts listed below:\n\n${read(fromRoot('LICENSE'))}`,
    `/usr/lib/rekey/bin/node, Node.js ${version}, from the npm package ${name}:\n\n${read(join(runtime, 'LICENSE'))}`,
    ...Object.keys(native).map(
      (dependency) =>
        `${app}/node_modules, with its binary:\n\n${describePackage(join(dependencies, dependency)).trim()}`,
    ),
    `${app}/dist/passwords/dictionary, and ${app}/dist/assets/words.json:\n\n${read(fromRoot('dist/passwords/dictionary/LICENSE.txt'))}`,
    `${app}/dist:\n\n${read(fromRoot('dist/licences.txt'))}\n`,
  ].join(RULER)
}

function read(path: string): string {
  return readFileSync(path, 'utf8').trim()
}
