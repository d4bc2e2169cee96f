import { StoreUnavailable } from '../core/outage.js'
import type { DurableStore } from '../core/recovery/durable-store.js'
import { errorCodeOf } from '../lib/describe-error.js'
import { type Entry, formatLine } from './folder-line.js'
import type { FolderLock } from './folder-lock.js'
import type { LineFile } from './line-file.js'

/** An event for the log: writes fail or work again, or the file can't be made smaller. */
export type LineStoreEvent =
  | { readonly event: 'recovery-store-failed'; readonly reason: string }
  | { readonly event: 'recovery-store-ready' }
  | { readonly event: 'recovery-store-not-compacted'; readonly errorCode: string | undefined }

/** How much (bytes) the file grows before the next check whether to compact it. */
const GROWTH_BYTES = 1024 * 1024

/** A key without a value. */
const PROBE_KEY = ''

/** An entry and the size of its line. */
export interface Kept {
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

interface LineStoreParts {
  readonly file: LineFile
  readonly lock: FolderLock
  /** The values of the file's lines. */
  readonly entries: Map<string, Kept>
  readonly now: () => number
  readonly report: (event: LineStoreEvent) => void
  readonly maxBytes: number
}

/**
 * Keeps values in memory, and each as a line in a file. A write counts when its line is synced; waiting writes share a sync. The
 * file is rewritten when it's much larger than its values, and by `compact`.
 */
export function createLineStore({
  file,
  lock,
  entries,
  now,
  report,
  maxBytes,
}: LineStoreParts): DurableStore & {
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
