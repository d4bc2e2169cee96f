import { write } from 'node:fs'
import { Socket } from 'node:net'
import { promisify } from 'node:util'
import type { WriteBytes } from './log-writer.js'

/** As Node's process has it. */
export type StandardOutput = NodeJS.WriteStream & { readonly fd: number }

const writeFile = promisify(write)

/**
 * Writes to standard output, and never waits for it in the thread that serves. Node itself writes to pipes and sockets
 * without blocking, and goes on when their reader makes room. Its writes to files block, so that another thread makes these.
 */
export function createStandardOutput(stdout: StandardOutput): WriteBytes {
  if (!(stdout instanceof Socket) || stdout.isTTY) {
    return async (bytes) => (await writeFile(stdout.fd, bytes)).bytesWritten
  }
  // Whoever writes is told of an error; nobody else needs to be.
  stdout.on('error', () => undefined)
  return (bytes) =>
    new Promise((resolve, reject) => {
      stdout.write(bytes, (error) => (error ? reject(error) : resolve(bytes.length)))
    })
}
