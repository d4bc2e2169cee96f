import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { architectures } from './debian/architectures.js'
import { packageDebian } from './debian/package-debian.js'
import { fromRoot } from './from-root.js'

// `npm run package:deb`, or with `-- FOLDER` into another folder: makes the Debian packages from the output of `npm run build`.

const { version } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string }
const date = new Date(1000 * Number(process.env.SOURCE_DATE_EPOCH ?? timeOfCommit()))
const [target = fromRoot('.')] = process.argv.slice(2)

for (const architecture of architectures) {
  const path = packageDebian({ version, date }, architecture, target)
  process.stdout.write(`${basename(path)} ${(statSync(path).size / 1e6).toFixed(1)} MB\n`)
}

/** When HEAD was committed, in seconds since 1970. */
function timeOfCommit(): string {
  return execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: fromRoot('.'), encoding: 'utf8' })
}
