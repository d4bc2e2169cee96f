import { randomUUID } from 'node:crypto'
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCodeOf } from '../lib/describe-error.js'

/**
 * Whether a folder keeps what is written: makes a file of its own there, reads it back and removes it. Gives the system's code if it
 * can't, or `differs`. Says nothing of the folder's lock: the service may have it.
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
