import { dirname } from 'node:path'

/** The part of the file system that is used. Tests make each step fail. */
export type FileSystem = Pick<typeof import('node:fs/promises'), 'open' | 'rename' | 'rm'>

/** A file of lines on disk. Make one call at a time. Each rejects with the system's error. */
export interface LineFile {
  readonly bytes: number
  /** Resolves when the lines are on disk. If it rejects, they have been removed, or will be before the next lines are added. */
  append(lines: string): Promise<void>
  /** Replaces all lines, or leaves the file unchanged. */
  replace(lines: Iterable<string>): Promise<void>
  close(): Promise<void>
}

interface OpenedFile {
  readonly file: LineFile
  /** Its lines, without line breaks. */
  readonly lines: readonly Uint8Array[]
  /** Whether an incomplete line follows. Its write never succeeded, and the next `append` removes it. */
  readonly isTorn: boolean
}

const LINE_END = 0x0a

/** How much is written at once, in characters. */
const CHUNK_LENGTH = 256 * 1024

/** Opens a file of lines, or creates one that only its owner can read. */
export async function openLineFile(path: string, fs: FileSystem): Promise<OpenedFile> {
  let handle = await fs.open(path, 'a+', 0o600)
  const content = await orClosed(handle, handle.readFile())
  const lines = splitLines(content)
  let bytes = content.lastIndexOf(LINE_END) + 1
  /** Whether the file may have more than `bytes`. */
  let isTorn = content.length > bytes
  /** Whether a power failure could bring the old file back, or leave none. */
  let isMoved = true

  async function repair(): Promise<void> {
    if (isTorn) {
      await handle.truncate(bytes)
      await handle.datasync()
      isTorn = false
    }
    if (isMoved) await syncFolder()
  }

  async function syncFolder(): Promise<void> {
    const folder = await fs.open(dirname(path), 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
    isMoved = false
  }

  async function write(lines: string): Promise<void> {
    await repair()
    isTorn = true
    await handle.appendFile(lines)
    await handle.datasync()
    isTorn = false
    bytes += Buffer.byteLength(lines)
  }

  const file: LineFile = {
    get bytes() {
      return bytes
    },
    async append(lines) {
      try {
        await write(lines)
      } catch (error) {
        // If this fails too, the next call tries again.
        await repair().catch(() => undefined)
        throw error
      }
    },
    async replace(lines) {
      const nextPath = `${path}.new`
      await fs.rm(nextPath, { force: true })
      const next = await fs.open(nextPath, 'ax', 0o600)
      let nextBytes = 0
      try {
        for (const chunk of joinLines(lines)) {
          await next.appendFile(chunk)
          nextBytes += Buffer.byteLength(chunk)
        }
        await next.sync()
        await fs.rename(nextPath, path)
      } catch (error) {
        await next.close()
        await fs.rm(nextPath, { force: true })
        throw error
      }
      const former = handle
      handle = next
      bytes = nextBytes
      isTorn = false
      isMoved = true
      await former.close()
      await syncFolder()
    },
    close: () => handle.close(),
  }
  return { file, lines, isTorn }
}

/** Closes the file if the work fails. */
async function orClosed<Result>(file: { close(): Promise<void> }, work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    await file.close()
    throw error
  }
}

function splitLines(content: Buffer): Uint8Array[] {
  const lines: Uint8Array[] = []
  let start = 0
  for (let end = content.indexOf(LINE_END); end !== -1; end = content.indexOf(LINE_END, start)) {
    lines.push(content.subarray(start, end))
    start = end + 1
  }
  return lines
}

function* joinLines(lines: Iterable<string>): Iterable<string> {
  let chunk = ''
  for (const line of lines) {
    chunk += line
    if (chunk.length < CHUNK_LENGTH) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}
