import { write } from 'node:fs'
import { Socket } from 'node:net'
import { promisify } from 'node:util'
import type { WriteBytes } from './log-writer.js'

/** The standard output of Node's process. */
export type StandardOutput = NodeJS.WriteStream & { readonly fd: number }

const writeFile = promisify(write)

/**
 * Writes to standard output without blocking the main thread. Node writes to pipes and sockets asynchronously, but to files
 * synchronously, so another thread writes to files.
 */
export function createStandardOutput(stdout: StandardOutput): WriteBytes {
  if (!(stdout instanceof Socket) || stdout.isTTY) {
    return async (bytes) => (await writeFile(stdout.fd, bytes)).bytesWritten
  }
  // The writer gets the error through its callback. Without a listener, Node would also throw it.
  stdout.on('error', () => undefined)
  return (bytes) =>
    new Promise((resolve, reject) => {
      stdout.write(bytes, (error) => (error ? reject(error) : resolve(bytes.length)))
    })
}
