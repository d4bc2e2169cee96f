import type { WriteBytes } from '../../../src/log/log-writer.js'

/** `full`: a file on a full disk. `stalled`: a pipe that nobody reads. `gone`: a pipe that nobody has open. */
export type SinkState = 'open' | 'full' | 'stalled' | 'gone'

/** Where a log is written. */
export interface LogSink {
  readonly writeBytes: WriteBytes
  /** The lines that were written. The last one is complete. */
  lines(): Record<string, unknown>[]
  become(state: SinkState): void
}

export function createLogSink(): LogSink {
  let state: SinkState = 'open'
  let text = ''
  let tellOpen = (): void => undefined
  let opened = Promise.resolve()
  return {
    async writeBytes(bytes) {
      await opened
      if (state === 'full') throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      if (state === 'gone') throw Object.assign(new Error('broken pipe'), { code: 'EPIPE' })
      // A disk that is nearly full takes a part.
      const written = bytes.subarray(0, Math.max(1, Math.ceil(bytes.length * 0.7)))
      text += written.toString('latin1')
      return written.length
    },
    lines() {
      const parts = Buffer.from(text, 'latin1').toString('utf8').split('\n')
      if (parts.pop() !== '') throw new Error('the last line of the log is not whole')
      return parts.map((line) => JSON.parse(line))
    },
    become(next) {
      if (next === 'stalled') {
        opened = new Promise((resolve) => {
          tellOpen = resolve
        })
      } else {
        tellOpen()
      }
      state = next
    },
  }
}
