import * as nodeFs from 'node:fs/promises'
import { basename } from 'node:path'
import type { FileSystem } from '../../src/store/line-file.js'

/** An operation of the file system, before it runs. */
export interface FileStep {
  /** The operation and the file: `appendFile recovery.jsonl`. */
  readonly name: string
  /** Appends the first half of the text, like a disk that is full then. */
  readonly addHalf: () => Promise<void>
}

const SYNCS = new Set<unknown>(['sync', 'datasync'])

/**
 * The real file system, but nothing is synced, because no test cuts the power. `before` is called before each step, and can make
 * it wait or fail.
 */
export function steppedFs(before: (step: FileStep) => unknown): FileSystem {
  const none = async (): Promise<void> => undefined
  return {
    async open(path, flags, mode) {
      const file = basename(String(path))
      await before({ name: `open ${file}`, addHalf: none })
      return stepped(await nodeFs.open(path, flags, mode), file, before)
    },
    async rename(from, to) {
      await before({ name: `rename ${basename(String(from))}`, addHalf: none })
      await nodeFs.rename(from, to)
    },
    async rm(path, options) {
      await before({ name: `rm ${basename(String(path))}`, addHalf: none })
      await nodeFs.rm(path, options)
    },
  }
}

function stepped(
  handle: nodeFs.FileHandle,
  file: string,
  before: (step: FileStep) => unknown,
): nodeFs.FileHandle {
  return new Proxy(handle, {
    get(target, name: keyof nodeFs.FileHandle) {
      const method: unknown = target[name]
      if (typeof method !== 'function') return method
      return async (...args: unknown[]) => {
        const addHalf = async (): Promise<void> => {
          const text = name === 'appendFile' ? String(args[0]) : ''
          if (text !== '') await target.appendFile(text.slice(0, text.length / 2))
        }
        try {
          await before({ name: `${String(name)} ${file}`, addHalf })
        } catch (error) {
          // Like the system, which closes a file even if it reports an error.
          if (name === 'close') await target.close()
          throw error
        }
        return SYNCS.has(name) ? undefined : await method.apply(target, args)
      }
    },
  })
}

export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code })
}
