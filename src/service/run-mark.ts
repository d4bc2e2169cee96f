import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file that is there while a process serves. */
export interface RunMark {
  /** Whether a process before this one has left it: that one was killed, and could not stop. */
  readonly isLeftOver: boolean
  set(): void
  remove(): void
}

/** @param directory that outlives the process; without one nothing is known, and nothing is written */
export function findRunMark(directory: string | undefined): RunMark {
  if (directory === undefined) {
    return { isLeftOver: false, set: () => undefined, remove: () => undefined }
  }
  const path = join(directory, 'running')
  return {
    isLeftOver: existsSync(path),
    set: () => writeFileSync(path, ''),
    remove: () => rmSync(path, { force: true }),
  }
}
