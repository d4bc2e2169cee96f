import type { OnceStore } from '../core/once-store.js'
import type { Clock } from '../lib/clock.js'

/** If there are more, no ID can be used: a forgotten one could be used again. */
const MAX_IDS = 10_000

/** Remembers IDs in memory, for one instance. */
export function createMemoryOnceStore(clock: Clock, maxIds = MAX_IDS): OnceStore {
  const untilMs = new Map<string, number>()

  function forgetOld(): void {
    for (const [id, endMs] of untilMs) if (endMs <= clock.now()) untilMs.delete(id)
  }

  return {
    async use(id, ttlMs) {
      if (untilMs.size >= maxIds) forgetOld()
      if (untilMs.size >= maxIds || (untilMs.get(id) ?? 0) > clock.now()) return false
      untilMs.set(id, clock.now() + ttlMs)
      return true
    },
  }
}
