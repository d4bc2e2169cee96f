import { expect, vi } from 'vitest'
import { type RedisServer, startRedis } from '../kit/redis.js'

/** A primary and its replica, which switch roles. */
export interface RedisPair {
  /** The primary's port. */
  port(): number
  primary(): RedisServer
  /** Makes the replica the primary, as an administrator does. No write is lost. */
  handOver(): Promise<void>
  /** Kills the primary and promotes the replica. The latest writes may be lost. */
  crash(): Promise<void>
  /** Kills the primary and starts it again, empty. */
  restart(): Promise<void>
}

/** The replica gets its copy at once. */
const ARGUMENTS = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1']

const TIMEOUT = { timeout: 15_000, interval: 20 }

export async function startRedisPair(): Promise<RedisPair> {
  let [primary, replica] = await Promise.all([startRedis(ARGUMENTS), startRedis(ARGUMENTS)])
  await replica.client.replicaof('127.0.0.1', String(primary.port))
  await untilInStep()

  async function untilInStep(): Promise<void> {
    const expectReplica = async () => {
      const role = (await replica.client.call('ROLE')) as unknown[]
      expect(role.slice(0, 4)).toEqual(['slave', '127.0.0.1', primary.port, 'connected'])
    }
    await vi.waitFor(expectReplica, TIMEOUT)
  }

  function swap(): void {
    ;[primary, replica] = [replica, primary]
  }

  return {
    port: () => primary.port,
    primary: () => primary,
    async handOver() {
      await primary.client.call('FAILOVER')
      const expectPrimary = async () => {
        const [role] = (await replica.client.call('ROLE')) as [string]
        expect(role).toBe('master')
      }
      await vi.waitFor(expectPrimary, TIMEOUT)
      swap()
      await untilInStep()
    },
    async crash() {
      await primary.kill()
      await replica.client.replicaof('NO', 'ONE')
      swap()
      await replica.start()
      await replica.client.replicaof('127.0.0.1', String(primary.port))
      await untilInStep()
    },
    async restart() {
      await primary.kill()
      await primary.start()
      await untilInStep()
    },
  }
}
