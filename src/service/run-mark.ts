import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file that is there while a process serves. */
export interface RunMark {
  /** Whether a process before this one has left it: that one was killed, and could not stop. */
  readonly isLeftOver: boolean
  set(): void
  remove(): void
}

const NO_MARK: RunMark = { isLeftOver: false, set: () => undefined, remove: () => undefined }

/**
 * Never throws.
 *
 * @param directory that outlives the process; without one, or if it can't be written, nothing is known
 * @param report is told why the directory can't be used
 */
export function findRunMark(directory: string | undefined, report: (error: unknown) => void): RunMark {
  if (directory === undefined) return NO_MARK
  const path = join(directory, 'running')

  function succeeds(work: () => void): boolean {
    try {
      work()
      return true
    } catch (error) {
      report(error)
      return false
    }
  }

  // A mark that can't be removed would make every start wait.
  if (!succeeds(() => accessSync(directory, constants.W_OK))) return NO_MARK
  return {
    isLeftOver: existsSync(path),
    set: () => void succeeds(() => writeFileSync(path, '')),
    remove: () => void succeeds(() => rmSync(path, { force: true })),
  }
}
