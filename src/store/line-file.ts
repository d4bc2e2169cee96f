import { dirname } from 'node:path'

/** What is used of the file system; tests let each step of it fail. */
export type FileSystem = Pick<typeof import('node:fs/promises'), 'open' | 'rename' | 'rm'>

/** A file of lines on the disk. One call at a time; each rejects with the system's error. */
export interface LineFile {
  readonly bytes: number
  /** Resolves when the lines are on the disk. If it rejects, nothing of them is left, or it will be removed before other lines are added. */
  append(lines: string): Promise<void>
  /** Puts other lines in the place of all, or leaves the file as it is. */
  replace(lines: Iterable<string>): Promise<void>
  close(): Promise<void>
}

interface OpenedFile {
  readonly file: LineFile
  /** What it has, each without its end. */
  readonly lines: readonly Uint8Array[]
  /** Whether a line follows that has no end: it was never acknowledged. The next `append` removes it. */
  readonly isTorn: boolean
}

const LINE_END = 0x0a

/** So much (in characters) is written at once. */
const CHUNK_LENGTH = 256 * 1024

/** Opens a file of lines, or makes one that only its owner can read. */
export async function openLineFile(path: string, fs: FileSystem): Promise<OpenedFile> {
  let handle = await fs.open(path, 'a+', 0o600)
  const content = await orClosed(handle, handle.readFile())
  const lines = splitLines(content)
  let bytes = content.lastIndexOf(LINE_END) + 1
  /** Whether more may be in the file than was acknowledged. */
  let isTorn = content.length > bytes
  /** Whether a loss of power could bring a former file back, or none. */
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
        // If that fails too, the next call tries again.
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

/** Gives what the work gives, and closes the file if that fails. */
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
