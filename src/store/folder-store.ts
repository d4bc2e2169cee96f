import * as nodeFs from 'node:fs/promises'
import { join } from 'node:path'
import type { DurableStore } from '../core/recovery/durable-store.js'
import { errorCodeOf } from '../lib/describe-error.js'
import { parseLine } from './folder-line.js'
import { type FolderLock, lockFolder } from './folder-lock.js'
import { type FileSystem, openLineFile } from './line-file.js'
import { createLineStore, type Kept, type LineStoreEvent } from './line-store.js'

/** The file with all values. */
const FILE_NAME = 'recovery.jsonl'

/** A folder can't be used: another process uses it, a later release of Rekey wrote it, or the system reports an error. */
export class FolderUnusable extends Error {
  override readonly name = 'FolderUnusable'
  readonly code: 'recovery-store-locked' | 'recovery-store-newer' | 'recovery-store-unusable'
  /** The system's error code. */
  readonly errorCode: string | undefined

  constructor(code: FolderUnusable['code'], errorCode?: string) {
    super(code)
    this.code = code
    this.errorCode = errorCode
  }
}

/** An event for the log. `recovery-store-damaged`: lines were skipped, and `lines` has the first line numbers. */
export type FolderEvent =
  | { readonly event: 'recovery-store-damaged'; readonly count: number; readonly lines: readonly number[] }
  | LineStoreEvent

interface FolderStoreParts {
  /** Unix time (ms). */
  readonly now: () => number
  readonly report: (event: FolderEvent) => void
  readonly fs?: FileSystem
  /** The limit for all lines. Beyond it, new values are refused (`full`), because none may be dropped early. */
  readonly maxBytes?: number
}

const MAX_BYTES = 32 * 1024 * 1024

const MAX_LINES_TOLD = 10

/** Opens a folder's store, for one process: skips damaged lines, and compacts the file. Rejects with `FolderUnusable`. */
export async function openFolderStore(directory: string, parts: FolderStoreParts): Promise<DurableStore> {
  const lock = await orUnusable(lockFolder(directory))
  try {
    return await orUnusable(openLocked(directory, lock, parts))
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** An error without a system's code is a bug. */
async function orUnusable<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    const errorCode = errorCodeOf(error)
    if (errorCode === undefined || error instanceof FolderUnusable) throw error
    if (errorCode === 'EADDRINUSE') throw new FolderUnusable('recovery-store-locked')
    throw new FolderUnusable('recovery-store-unusable', errorCode)
  }
}

async function openLocked(
  directory: string,
  lock: FolderLock,
  { now, report, fs = nodeFs, maxBytes = MAX_BYTES }: FolderStoreParts,
): Promise<DurableStore> {
  const { file, lines, isTorn } = await openLineFile(join(directory, FILE_NAME), fs)
  const { entries, damaged, isNewer } = readEntries(lines)
  if (isNewer) {
    await file.close()
    throw new FolderUnusable('recovery-store-newer')
  }
  if (isTorn) damaged.push(lines.length + 1)
  if (damaged.length > 0) {
    report({
      event: 'recovery-store-damaged',
      count: damaged.length,
      lines: damaged.slice(0, MAX_LINES_TOLD),
    })
  }
  const store = createLineStore({ file, lock, entries, now, report, maxBytes })
  await store.compact()
  return store
}

/** Applies the lines in order. `damaged` has the numbers of unreadable ones. */
function readEntries(lines: readonly Uint8Array[]) {
  const entries = new Map<string, Kept>()
  const damaged: number[] = []
  let isNewer = false
  for (const [index, bytes] of lines.entries()) {
    const line = parseLine(bytes)
    if (line === 'newer') isNewer = true
    else if (line === 'damaged') damaged.push(index + 1)
    else if (line.entry) entries.set(line.key, { entry: line.entry, bytes: bytes.length + 1 })
    else entries.delete(line.key)
  }
  return { entries, damaged, isNewer }
}
