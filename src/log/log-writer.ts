import type { CheckReadiness } from '../core/readiness.js'
import type { Clock } from '../lib/clock.js'
import { errorCodeOf } from '../lib/describe-error.js'

/** Writes the first bytes, and returns how many it has written. Rejects with the system's error. Called one at a time. */
export type WriteBytes = (bytes: Buffer) => Promise<number>

/** The state of the log. */
export interface LogState {
  /** Lines lost since the start. */
  readonly lost: number
  /** Lines that aren't written yet. */
  readonly waiting: number
}

/** Writes log lines in order, without making the caller wait. */
export interface LogWriter {
  /** Never throws. If the buffer is full, the line is lost and counted. */
  write(line: string): void
  state(): LogState
  /** Reports a fault while lines are lost or can't be written. */
  readonly checkReadiness: CheckReadiness
  /** For a process that stops: resolves when everything is written, or after two seconds. */
  flush(): Promise<void>
}

/** The size of the buffer: about 2,500 audit lines. */
const MAX_WAITING_BYTES = 1024 * 1024
const MAX_WRITE_BYTES = 64 * 1024
/** The pause before a failed write is retried. */
const RETRY_MS = 1000
/** A write that takes longer means that the reader has stalled. */
const STALLED_MS = 5000
/** Long enough for one more try. */
const FLUSH_MS = 2000

interface Line {
  readonly bytes: Buffer
  /** The number of lost lines that this line reports; 0 for an ordinary line. */
  readonly tellsLost: number
}

/** Retries failed writes. Drops all lines at once only if nobody reads the pipe or the connection any more. */
export function createLogWriter(writeBytes: WriteBytes, clock: Clock): LogWriter {
  const lines: Line[] = []
  let waitingBytes = 0
  let lost = 0
  /** Lost lines that no line has reported yet. */
  let untold = 0
  let failing = false
  let startedMs = 0
  let writing: Promise<void> | undefined

  function write(text: string): void {
    const line = { bytes: Buffer.from(text), tellsLost: 0 }
    // After a lost line, further lines are lost too until the report of the loss fits, so that the report comes first.
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
        // EPIPE: nobody reads the pipe or the connection any more.
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

  /** Keeps the rest of a partly written line, so that the next line doesn't start in the middle of it. */
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

  /** Reports the loss in the place of the lost lines. */
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
