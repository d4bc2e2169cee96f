import { randomUUID } from 'node:crypto'
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCodeOf } from '../lib/describe-error.js'

/**
 * Checks whether a folder keeps what is written: creates a file, reads it back and removes it. Returns the system's error code if
 * that fails, or `differs`. Ignores the folder's lock, which the service may have.
 */
export async function probeFolder(directory: string): Promise<string | undefined> {
  const path = join(directory, `doctor-${randomUUID()}`)
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(path)
      await file.sync()
    } finally {
      await file.close()
    }
    return (await readFile(path, 'utf8')) === path ? undefined : 'differs'
  } catch (error) {
    const errorCode = errorCodeOf(error)
    if (errorCode === undefined) throw error
    return errorCode
  } finally {
    await rm(path, { force: true }).catch(() => undefined)
  }
}
