import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atEnd } from './at-end.js'

const directories = new Set<string>()
// Not even a test run that is broken off leaves one behind.
process.once('exit', () => directories.forEach(remove))

/** A directory of its own, gone when the tests of the file are over. */
export function scratchDirectory(purpose: string): string {
  const directory = mkdtempSync(join(tmpdir(), `rekey-e2e-${purpose}-`))
  directories.add(directory)
  // The servers' workers, which run as other users, find their files in it.
  chmodSync(directory, 0o755)
  atEnd(() => remove(directory))
  return directory
}

function remove(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
  directories.delete(directory)
}
