import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Config } from '../config/load.js'
import { DOUBT_MS } from '../core/domain-locks.js'
import { systemClock } from '../lib/clock.js'
import { createMemoryStore } from '../store/memory-store.js'
import type { SharedStore } from '../store/shared-store.js'

const UNCLEAN_STOP =
  'the previous process was killed, and its last change may still be running on the panel: Rekey waits closedForMs before it sends a change'

/**
 * Opens the store that instances share, or a store in memory.
 *
 * @param wasKilled whether the previous process may have left a running change
 */
export async function openStore(
  { redis, panel }: Config,
  logger: Logger,
  wasKilled: boolean,
): Promise<SharedStore> {
  if (!redis) {
    const closedForMs = wasKilled ? Math.min(panel.timeoutMs, DOUBT_MS) : 0
    if (wasKilled) logger.warn({ event: 'unclean-stop', closedForMs, detail: UNCLEAN_STOP })
    return createMemoryStore(systemClock, closedForMs)
  }
  const { createRedisStore } = await import('../store/redis-store.js')
  return createRedisStore(redis, {
    clock: systemClock,
    randomId: randomUUID,
    report(state) {
      if (state.event === 'store-ready') logger.info(state)
      else if (state.event === 'store-unchecked') logger.warn(state)
      else logger.error(state)
    },
  })
}
