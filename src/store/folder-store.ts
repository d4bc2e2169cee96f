import * as nodeFs from 'node:fs/promises'
import { join } from 'node:path'
import { StoreUnavailable } from '../core/outage.js'
import type { DurableStore } from '../core/recovery/durable-store.js'
import { errorCodeOf } from '../lib/describe-error.js'
import { type Entry, formatLine, parseLine } from './folder-line.js'
import { type FolderLock, lockFolder } from './folder-lock.js'
import { type FileSystem, type LineFile, openLineFile } from './line-file.js'

/** The name of the file with all that is kept. */
const FILE_NAME = 'recovery.jsonl'

/** Why a folder can't be used: another process has it, a later version of Rekey wrote it, or the system says no. */
export class FolderUnusable extends Error {
  override readonly name = 'FolderUnusable'
  readonly code: 'recovery-store-locked' | 'recovery-store-newer' | 'recovery-store-unusable'
  /** The system's code. */
  readonly errorCode: string | undefined

  constructor(code: FolderUnusable['code'], errorCode?: string) {
    super(code)
    this.code = code
    this.errorCode = errorCode
  }
}

/**
 * What the log must say of the folder: lines were passed over, of which `lines` has the numbers of the first; writes fail, or succeed
 * again; the file can't be made smaller.
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
  /** How many bytes of lines are kept; beyond them new values are refused (`full`), since none may be forgotten before its time. */
  readonly maxBytes?: number
}

const MAX_BYTES = 32 * 1024 * 1024

/** How much (bytes) a file may grow before it is looked at whether it should be made smaller. */
const GROWTH_BYTES = 1024 * 1024

const MAX_LINES_TOLD = 10

/** Nothing is kept under it. */
const PROBE_KEY = ''

/** An entry, and the size of its line. */
interface Kept {
  readonly entry: Entry
  readonly bytes: number
}

/** A write that waits for its turn. */
interface Write {
  readonly key: string
  /** Undefined to remove the key. */
  readonly next: Kept | undefined
  readonly onlyIfAbsent: boolean
  readonly resolve: (isDone: boolean) => void
  readonly reject: (error: unknown) => void
}

/**
 * Keeps values in a file of one folder, for one process, and all of them in memory too. Each write is a line, added and synced before
 * it counts; writes that wait together share one sync. The file is made anew at the start, and when it is much larger than what it
 * keeps. Rejects with `FolderUnusable`.
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

/** What is no error of the system is a bug. */
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

/** What lines say together; `damaged` has the numbers of those that say nothing. */
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

  /** Makes the file as small as what is kept. Never rejects: the larger file does as well. */
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

  /** Makes writes in their order, all of them or none, except those for which there is no room. */
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
      // A write that would change nothing is made too while writes fail, to see whether they still do.
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
      // For the next check. A write that is under way tells as much.
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
