import * as nodeFs from 'node:fs/promises'
import { join } from 'node:path'
import { StoreUnavailable } from '../core/outage.js'
import type { DurableStore } from '../core/recovery/durable-store.js'
import { errorCodeOf } from '../lib/describe-error.js'
import { type Entry, formatLine, parseLine } from './folder-line.js'
import { type FolderLock, lockFolder } from './folder-lock.js'
import { type FileSystem, type LineFile, openLineFile } from './line-file.js'

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

/**
 * An event for the log. Damaged lines were skipped (`lines` has the first line numbers), writes fail or work again, or the file
 * can't be made smaller.
 */
export type FolderEvent =
  | { readonly event: 'recovery-store-damaged'; readonly count: number; readonly lines: readonly number[] }
  | { readonly event: 'recovery-store-failed'; readonly reason: string }
  | { readonly event: 'recovery-store-ready' }
  | { readonly event: 'recovery-store-not-compacted'; readonly errorCode: string | undefined }

interface FolderStoreParts {
  /** Unix time (ms). */
  readonly now: () => number
  readonly report: (event: FolderEvent) => void
  readonly fs?: FileSystem
  /** The limit for all lines. Beyond it, new values are refused (`full`), because none may be dropped early. */
  readonly maxBytes?: number
}

const MAX_BYTES = 32 * 1024 * 1024

/** How much (bytes) the file grows before the next check whether to compact it. */
const GROWTH_BYTES = 1024 * 1024

const MAX_LINES_TOLD = 10

/** A key without a value. */
const PROBE_KEY = ''

/** An entry and the size of its line. */
interface Kept {
  readonly entry: Entry
  readonly bytes: number
}

/** A write that is waiting. */
interface Write {
  readonly key: string
  /** Undefined to remove the key. */
  readonly next: Kept | undefined
  readonly onlyIfAbsent: boolean
  readonly resolve: (isDone: boolean) => void
  readonly reject: (error: unknown) => void
}

/**
 * Keeps values in a file, for one process, and in memory. Each write adds a line, which is synced before the write counts;
 * waiting writes share a sync. The file is rewritten at the start, and when it's much larger than its values. Rejects with
 * `FolderUnusable`.
 */
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
  const store = createStore({ file, lock, entries, now, report, maxBytes })
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

interface OpenParts {
  readonly file: LineFile
  readonly lock: FolderLock
  readonly entries: Map<string, Kept>
  readonly now: () => number
  readonly report: (event: FolderEvent) => void
  readonly maxBytes: number
}

function createStore({ file, lock, entries, now, report, maxBytes }: OpenParts): DurableStore & {
  compact(): Promise<void>
} {
  let keptBytes = sum([...entries.values()].map(({ bytes }) => bytes))
  let lookAtBytes = 0
  let waiting: Write[] = []
  let working: Promise<void> | undefined
  let failed: string | undefined
  let isClosed = false

  const isOver = ({ entry: { untilMs } }: Kept): boolean => untilMs !== undefined && untilMs <= now()

  function forgetOld(): void {
    for (const [key, kept] of entries) if (isOver(kept)) put(key, undefined)
  }

  function put(key: string, kept: Kept | undefined): void {
    keptBytes += (kept?.bytes ?? 0) - (entries.get(key)?.bytes ?? 0)
    if (kept) entries.set(key, kept)
    else entries.delete(key)
  }

  function become(reason: string | undefined): void {
    const isNews = reason !== failed
    failed = reason
    if (!isNews) return
    report(
      reason === undefined ? { event: 'recovery-store-ready' } : { event: 'recovery-store-failed', reason },
    )
  }

  /** Rewrites the file with only the current values. Never rejects: the larger file works too. */
  async function compact(): Promise<void> {
    forgetOld()
    try {
      await file.replace(linesOf(entries))
    } catch (error) {
      report({ event: 'recovery-store-not-compacted', errorCode: errorCodeOf(error) })
    }
    lookAtBytes = file.bytes + GROWTH_BYTES
  }

  async function compactIfLarge(): Promise<void> {
    if (file.bytes < lookAtBytes) return
    forgetOld()
    if (file.bytes > 2 * keptBytes) await compact()
    else lookAtBytes = file.bytes + GROWTH_BYTES
  }

  /** Makes the writes in order, all or none, except those for which there is no room. */
  async function commit(writes: readonly Write[]): Promise<void> {
    if (!lock.isHeld()) throw new StoreUnavailable('lock-lost')
    if (keptBytes + sum(writes.map(({ next }) => next?.bytes ?? 0)) > maxBytes) forgetOld()
    const changes = new Map<string, Kept | undefined>()
    let bytes = keptBytes
    const answers = writes.map(({ key, next, onlyIfAbsent }) => {
      const former = changes.has(key) ? changes.get(key) : entries.get(key)
      if (onlyIfAbsent && former && !isOver(former)) return false
      const bytesThen = bytes + (next?.bytes ?? 0) - (former?.bytes ?? 0)
      if (next && bytesThen > maxBytes) return 'full'
      bytes = bytesThen
      // While writes fail, even a write that changes nothing is made, to see whether they still fail.
      if (next || former || failed !== undefined) changes.set(key, next)
      return true
    })
    if (changes.size > 0) await file.append([...linesOf(changes)].join(''))
    for (const [key, kept] of changes) put(key, kept)
    const isFull = answers.includes('full') || (failed === 'full' && ![...changes.values()].some(Boolean))
    become(isFull ? 'full' : undefined)
    for (const [index, { resolve, reject }] of writes.entries()) {
      const answer = answers[index]
      if (answer === 'full') reject(new StoreUnavailable('full'))
      else resolve(answer === true)
    }
  }

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const writes = waiting
      waiting = []
      try {
        await commit(writes)
        await compactIfLarge()
      } catch (error) {
        const failure = asUnavailable(error)
        if (failure instanceof StoreUnavailable) become(failure.reason)
        for (const { reject } of writes) reject(failure)
      }
    }
    working = undefined
  }

  function write(key: string, entry: Entry | undefined, onlyIfAbsent = false): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (isClosed) {
        reject(new StoreUnavailable('closed'))
        return
      }
      const next = entry && { entry, bytes: Buffer.byteLength(formatLine(key, entry)) }
      waiting.push({ key, next, onlyIfAbsent, resolve, reject })
      working ??= work()
    })
  }

  function read(): ReadonlyMap<string, Kept> {
    if (isClosed) throw new StoreUnavailable('closed')
    return entries
  }

  return {
    compact,
    async get(key) {
      const kept = read().get(key)
      return kept && !isOver(kept) ? kept.entry.value : undefined
    },
    async set(key, value, untilMs) {
      await write(key, { value, untilMs })
    },
    add: (key, value, untilMs) => write(key, { value, untilMs }, true),
    async delete(key) {
      await write(key, undefined)
    },
    async entries(prefix) {
      const found = [...read()].filter(([key, kept]) => key.startsWith(prefix) && !isOver(kept))
      return found.map(([key, { entry }]) => [key, entry.value] as const)
    },
    async checkReadiness() {
      if (failed === undefined) return []
      const fault = { code: 'recovery-store-unavailable', reason: failed }
      // Tests writing for the next check, unless a write is already running.
      if (!working) void write(PROBE_KEY, undefined).catch(() => undefined)
      return [fault]
    },
    async close() {
      isClosed = true
      await working
      try {
        await file.close()
      } finally {
        await lock.release()
      }
    },
  }
}

function* linesOf(entries: ReadonlyMap<string, Kept | undefined>): Iterable<string> {
  for (const [key, kept] of entries) yield formatLine(key, kept?.entry)
}

function asUnavailable(error: unknown): unknown {
  const errorCode = errorCodeOf(error)
  if (error instanceof StoreUnavailable || errorCode === undefined) return error
  return new StoreUnavailable(errorCode)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
