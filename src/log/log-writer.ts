import type { CheckReadiness } from '../core/readiness.js'
import type { Clock } from '../lib/clock.js'
import { errorCodeOf } from '../lib/describe-error.js'

/** Takes the first of the bytes, and tells how many; rejects with the system's error. Called again only when it has answered. */
export type WriteBytes = (bytes: Buffer) => Promise<number>

/** How the log gets on. */
export interface LogState {
  /** Lines that were lost since the start. */
  readonly lost: number
  /** Lines that are not written yet. */
  readonly waiting: number
}

/** Writes the lines of the log in their order, and keeps nobody waiting who logs. */
export interface LogWriter {
  /** Never throws. A line that there is no room for is lost, and counted. */
  write(line: string): void
  state(): LogState
  /** Has a fault while lines are lost or can't be written. */
  readonly checkReadiness: CheckReadiness
  /** For a process that stops: resolves when all is written, or after two seconds. */
  flush(): Promise<void>
}

/** How many bytes of lines may wait; some 2,500 lines of attempts. */
const MAX_WAITING_BYTES = 1024 * 1024
const MAX_WRITE_BYTES = 64 * 1024
/** After what time a write that failed is tried again. */
const RETRY_MS = 1000
/** After what time a write that has not come back means a reader that stalls. */
const STALLED_MS = 5000
/** Long enough for one more try. */
const FLUSH_MS = 2000

interface Line {
  readonly bytes: Buffer
  /** Of how many lost lines it tells; 0 for the line of somebody who logs. */
  readonly tellsLost: number
}

/** What fails is tried again. Only a pipe or a connection that nobody reads any more loses its lines at once. */
export function createLogWriter(writeBytes: WriteBytes, clock: Clock): LogWriter {
  const lines: Line[] = []
  let waitingBytes = 0
  let lost = 0
  /** Lost, and no line tells of it yet. */
  let untold = 0
  let failing = false
  let startedMs = 0
  let writing: Promise<void> | undefined

  function write(text: string): void {
    const line = { bytes: Buffer.from(text), tellsLost: 0 }
    // Lines that follow a lost one are lost too until there is room to tell of it, so that they stand behind that.
    if (untold > 0 || waitingBytes + line.bytes.length > MAX_WAITING_BYTES) {
      lose(line)
    } else {
      append(line)
      writing ??= writeAll()
    }
  }

  function append(line: Line): void {
    lines.push(line)
    waitingBytes += line.bytes.length
  }

  async function writeAll(): Promise<void> {
    while (lines.length > 0) {
      startedMs = clock.now()
      try {
        remove(await writeBytes(nextBytes()))
        failing = false
        tellLost()
      } catch (error) {
        failing = true
        // Nobody reads the pipe or the connection any more.
        if (errorCodeOf(error) === 'EPIPE') loseAll()
        await clock.wait(RETRY_MS)
      }
    }
    writing = undefined
  }

  function nextBytes(): Buffer {
    const next: Buffer[] = []
    let size = 0
    for (const { bytes } of lines) {
      if (next.length > 0 && size + bytes.length > MAX_WRITE_BYTES) break
      next.push(bytes)
      size += bytes.length
    }
    return Buffer.concat(next)
  }

  /** The rest of a line that was written in part stays, so that no other line begins in the middle of it. */
  function remove(writtenBytes: number): void {
    waitingBytes -= writtenBytes
    let left = writtenBytes
    while (lines[0] && lines[0].bytes.length <= left) left -= lines.shift()?.bytes.length ?? 0
    if (lines[0]) lines[0] = { ...lines[0], bytes: lines[0].bytes.subarray(left) }
  }

  function lose({ tellsLost }: Line): void {
    lost += tellsLost === 0 ? 1 : 0
    untold += Math.max(1, tellsLost)
  }

  function loseAll(): void {
    for (const line of lines.splice(0)) lose(line)
    waitingBytes = 0
    tellLost()
  }

  /** Stands where the lost lines would stand. */
  function tellLost(): void {
    if (untold === 0) return
    const line = { level: 50, time: Date.now(), event: 'log-lines-lost', count: untold }
    append({ bytes: Buffer.from(`${JSON.stringify(line)}\n`), tellsLost: untold })
    untold = 0
  }

  const isStalled = (): boolean => writing !== undefined && clock.now() - startedMs > STALLED_MS

  return {
    write,
    state: () => ({ lost, waiting: lines.length }),
    checkReadiness: async () => (failing || untold > 0 || isStalled() ? [{ code: 'log-not-written' }] : []),
    async flush() {
      await Promise.race([writing, clock.wait(FLUSH_MS)])
    },
  }
}
