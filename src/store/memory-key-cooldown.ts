import { KEY_COOLDOWN_MS, type KeyCooldown } from '../core/key-cooldown.js'
import type { Clock } from '../lib/clock.js'

/** The cool-down in memory, for one instance. */
export function createMemoryKeyCooldown(clock: Clock): KeyCooldown {
  let untilMs = Number.NEGATIVE_INFINITY
  return {
    isCoolingDown: async () => clock.now() < untilMs,
    async begin() {
      untilMs = clock.now() + KEY_COOLDOWN_MS
    },
  }
}
