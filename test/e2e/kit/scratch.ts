import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atEnd } from './at-end.js'

const directories = new Set<string>()
// Removes all directories even if the test run is interrupted.
process.once('exit', () => directories.forEach(remove))

/** A new directory, removed when the tests of the file are over. */
export function scratchDirectory(purpose: string): string {
  const directory = mkdtempSync(join(tmpdir(), `rekey-e2e-${purpose}-`))
  directories.add(directory)
  // The servers' workers run as other users, and need to find their files in it.
  chmodSync(directory, 0o755)
  atEnd(() => remove(directory))
  return directory
}

function remove(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
  directories.delete(directory)
}
