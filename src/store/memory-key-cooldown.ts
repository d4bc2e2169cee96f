import { KEY_REST_MS, type KeyRest } from '../core/key-cooldown.js'
import type { Clock } from '../lib/clock.js'

/** The panel's rest in the memory of this process. */
export function createMemoryKeyRest(clock: Clock): KeyRest {
  let untilMs = Number.NEGATIVE_INFINITY
  return {
    isResting: async () => clock.now() < untilMs,
    async begin() {
      untilMs = clock.now() + KEY_REST_MS
    },
  }
}
