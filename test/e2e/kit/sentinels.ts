import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, vi } from 'vitest'
import { atEnd } from './at-end.js'
import { freePort, startProgram } from './programs.js'
import { type RedisServer, startRedis } from './redis.js'
import { scratchDirectory } from './scratch.js'

/** A primary, its replicas, and the sentinels that watch them. */
export interface SentinelSetup {
  /** The first is the primary. */
  readonly servers: readonly [RedisServer, RedisServer, RedisServer]
  readonly ports: readonly number[]
  /** Replaces the primary, as an administrator does before maintenance. */
  failOver(): Promise<void>
}

const DOWN_AFTER_MS = 1000

/**
 * Starts three servers and three sentinels.
 *
 * @param primary the name of the primary
 */
export async function startSentinels(
  primary: string,
  password: string,
  sentinelPassword: string,
): Promise<SentinelSetup> {
  const auth = ['--requirepass', password, '--masterauth', password]
  const first = await startRedis(auth)
  const replicaOf = ['--replicaof', `127.0.0.1 ${first.port}`]
  const servers = [
    first,
    await startRedis([...auth, ...replicaOf]),
    await startRedis([...auth, ...replicaOf]),
  ] as const
  const ports = await Promise.all([freePort(), freePort(), freePort()])
  const clients = ports.map((port) => {
    const directory = scratchDirectory('sentinel')
    // The sentinel writes what it learns into this file.
    const file = join(directory, 'sentinel.conf')
    writeFileSync(
      file,
      `
        port ${port}
        bind 127.0.0.1
        dir ${directory}
        requirepass ${sentinelPassword}
        sentinel sentinel-pass ${sentinelPassword}
        sentinel monitor ${primary} 127.0.0.1 ${first.port} 2
        sentinel auth-pass ${primary} ${password}
        sentinel down-after-milliseconds ${primary} ${DOWN_AFTER_MS}
        sentinel failover-timeout ${primary} 5000
      `,
    )
    startProgram('redis-sentinel', [file])
    const client = new Redis({ port, password: sentinelPassword, retryStrategy: () => 50 })
    client.on('error', () => undefined)
    atEnd(() => client.disconnect())
    return client
  })
  // Wait until each knows the others and the replicas.
  for (const client of clients) {
    const expectAll = async () => {
      const facts = (await client.call('SENTINEL', 'MASTER', primary)) as string[]
      const of = (name: string) => facts[facts.indexOf(name) + 1]
      expect([of('num-slaves'), of('num-other-sentinels')]).toEqual(['2', '2'])
    }
    await vi.waitFor(expectAll, { timeout: 20_000 })
  }
  /** Repeats the command: a sentinel refuses it while no replica has answered in time. */
  async function failOver(): Promise<void> {
    await vi.waitFor(() => clients[0]?.call('SENTINEL', 'FAILOVER', primary), { timeout: 20_000 })
  }
  return { servers, ports, failOver }
}
