import { once } from 'node:events'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { StoreUnavailable } from '../../../src/core/outage.js'
import { atEnd } from './at-end.js'
import { freePort, startProgram } from './programs.js'
import { scratchDirectory } from './scratch.js'

/** The key of instances that share a Redis. */
export const LINK_KEY = 'a key of 32 bytes for the tests ok'

/** A real Redis, which stores nothing on disk. */
export interface RedisServer {
  readonly port: number
  readonly socket: string
  /** For reading its contents. */
  readonly client: Redis
  /** Ends it as if its host had lost power. */
  kill(): Promise<void>
  /** Starts it again on the same port and socket, empty. */
  start(): Promise<void>
}

/** Starts Redis on a free port and a new socket. More arguments go to `redis-server`. */
export async function startRedis(more: readonly string[] = []): Promise<RedisServer> {
  const directory = scratchDirectory('redis')
  const port = await freePort()
  const socket = join(directory, 'redis.sock')
  const args = ['--bind', '127.0.0.1', '--port', `${port}`, '--unixsocket', socket, '--dir', directory]
  const start = async () => {
    const program = startProgram('redis-server', [...args, '--save', '', '--appendonly', 'no', ...more])
    await program.listening(port)
    return program
  }
  let program = await start()
  const client = new Redis({ port, lazyConnect: true, retryStrategy: () => 50 })
  client.on('error', () => undefined)
  atEnd(() => client.disconnect())
  return {
    port,
    socket,
    client,
    kill: () => program.kill(),
    async start() {
      program = await start()
      if (client.status === 'reconnecting') await once(client, 'ready')
    },
  }
}

/** Replaces the wrapper of a store whose health nobody watches. */
export function inStore<Reply>(reply: Promise<Reply>): Promise<Reply> {
  return reply.catch(() => {
    throw new StoreUnavailable('closed')
  })
}
