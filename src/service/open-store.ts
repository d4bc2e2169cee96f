import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Config } from '../config/load.js'
import { DOUBT_MS } from '../core/domain-locks.js'
import { systemClock } from '../lib/clock.js'
import { createMemoryStore } from '../store/memory-store.js'
import type { SharedStore } from '../store/shared-store.js'

const UNCLEAN_STOP =
  'the process before this one was killed: no change is sent meanwhile, since the panel may still be at work on its last one'

/**
 * Opens the store that instances share, or one in memory.
 *
 * @param wasKilled whether the process before this one may have left a change under way
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
