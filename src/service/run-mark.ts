import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file that exists while the service runs. */
export interface RunMark {
  /** Whether the previous process has left it: then that process was killed. */
  readonly isLeftOver: boolean
  set(): void
  remove(): void
}

const NO_MARK: RunMark = { isLeftOver: false, set: () => undefined, remove: () => undefined }

/**
 * Never throws.
 *
 * @param directory outlives the process; without a writable directory there is no mark
 * @param report called with the error if the directory can't be used
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

  // Otherwise a mark that can't be removed would make every start wait.
  if (!succeeds(() => accessSync(directory, constants.W_OK))) return NO_MARK
  return {
    isLeftOver: existsSync(path),
    set: () => void succeeds(() => writeFileSync(path, '')),
    remove: () => void succeeds(() => rmSync(path, { force: true })),
  }
}
