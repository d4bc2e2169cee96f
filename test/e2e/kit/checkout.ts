import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** The paths of all files of the project in its current state, without build output and installed packages. */
export function projectFiles(): string[] {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z']
  return execFileSync('git', list, { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean)
}

/** Copies files of the project, as in a fresh checkout. */
export function checkOut(directory: string, files: readonly string[] = projectFiles()): void {
  for (const file of files) cpSync(join(ROOT, file), join(directory, file))
}

/** The variables that npm needs to reach its registry, besides its settings in the home directory. */
const NETWORK = /^(?:PATH|HOME|NODE_EXTRA_CA_CERTS|npm_config_registry|(?:https?|no)_proxy)$/i

/** An environment with only what is needed to find programs and to reach npm's registry. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => NETWORK.test(name)))
}
