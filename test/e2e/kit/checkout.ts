import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the project stands. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** The paths of everything that belongs to the project, as it stands: neither what was built nor what was installed. */
export function projectFiles(): string[] {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z']
  return execFileSync('git', list, { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean)
}

/** Copies files of the project, as in a fresh checkout. */
export function checkOut(directory: string, files: readonly string[] = projectFiles()): void {
  for (const file of files) cpSync(join(ROOT, file), join(directory, file))
}

/** What npm needs to reach its registry from this machine, besides its settings in the home directory. */
const NETWORK = /^(?:PATH|HOME|NODE_EXTRA_CA_CERTS|npm_config_registry|(?:https?|no)_proxy)$/i

/** An environment with nothing of this process in it but the way to programs and to npm's registry. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => NETWORK.test(name)))
}
