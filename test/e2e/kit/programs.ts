import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { atEnd } from './at-end.js'

/** A program that runs next to the tests. */
export interface Program {
  readonly pid: number
  /** Everything that it has written. */
  output(): string
  /** Waits until it has written a matching line, and returns the match. Rejects if the program ends first. */
  written(pattern: RegExp): Promise<RegExpExecArray>
  /** Waits until it accepts connections. Rejects if it ends first. */
  listening(port: number): Promise<void>
  /** Ends it as if its host had lost power. */
  kill(): Promise<void>
}

const START_MS = 20_000
const STOP_MS = 10_000

/** Debian keeps servers in a directory that isn't on an ordinary user's PATH. */
export const PATH = `${process.env.PATH}:/usr/sbin`

const running = new Set<ChildProcess>()
// Stops all programs even if the test run is interrupted.
process.once('exit', () => {
  for (const child of running) child.kill()
})

/** Starts a program, which is stopped at the latest when the tests of the file are over. */
export function startProgram(command: string, args: readonly string[], options: SpawnOptions = {}): Program {
  const child = spawn(command, args, { env: { PATH }, ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let over: string | undefined
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => end(error.message))
    child.once('close', (code, signal) => end(`it ended with ${signal ?? code}`))
    function end(reason: string): void {
      over ??= reason
      running.delete(child)
      resolve()
    }
  })
  running.add(child)
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      child.emit('written')
    })
  }

  /** Checks again at each event or after each pause, until there is a result. */
  async function until<Result>(
    purpose: string,
    look: () => Promise<Result | undefined> | Result | undefined,
    pause: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<Result> {
    const signal = AbortSignal.timeout(START_MS)
    for (;;) {
      const result = await look()
      if (result !== undefined) return result
      if (over !== undefined || signal.aborted) {
        throw new Error(`${command} ${purpose}: ${over ?? 'it took too long'}\n${output}`)
      }
      await Promise.race([ended, pause(signal).catch(() => undefined)])
    }
  }

  async function kill(): Promise<void> {
    child.kill('SIGKILL')
    await ended
  }

  atEnd(async () => {
    child.kill()
    await Promise.race([ended, setTimeout(STOP_MS, undefined, { ref: false })])
    await kill()
  })

  return {
    // Without a process ID, `until` reports why it didn't start.
    pid: child.pid ?? -1,
    kill,
    output: () => output,
    written: (pattern) =>
      until(
        `did not write ${pattern}`,
        () => pattern.exec(output) ?? undefined,
        (signal) => once(child, 'written', { signal }),
      ),
    async listening(port) {
      await until(
        `did not listen on port ${port}`,
        () => canConnect(port),
        (signal) => setTimeout(20, undefined, { signal }),
      )
    },
  }
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function canConnect(port: number): Promise<true | undefined> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return undefined
  } finally {
    socket.destroy()
  }
}
