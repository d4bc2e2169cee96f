import type { Hits, LimitStore } from '../core/attempt-limits.js'
import type { Clock } from '../lib/clock.js'

/** A million addresses must not fill the memory; whoever has more of them than this can make room for further tries. */
const MAX_KEYS = 50_000

interface Window {
  readonly id: string
  hits: number
  readonly endMs: number
}

/** Counts hits per key in windows of one length, which begin at the key's first hit; where there are too many the oldest go. */
export function createMemoryLimitStore(clock: Clock, windowMs: number, maxKeys = MAX_KEYS): LimitStore {
  // All windows are of one length: their order is that of their ends.
  const windows = new Map<string, Window>()
  const underWay = new Map<string, number>()
  let begun = 0

  const isOver = ({ endMs }: Window): boolean => endMs <= clock.now()

  /** Makes room for many at once: to find a map's first key takes longer the more were deleted before it. */
  function makeRoom(): void {
    if (windows.size < maxKeys) return
    const enough = maxKeys - Math.ceil(maxKeys / 10)
    for (const [key, window] of windows) {
      if (windows.size <= enough && !isOver(window)) return
      windows.delete(key)
    }
  }

  function current(key: string): Window | undefined {
    const window = windows.get(key)
    if (window && isOver(window)) windows.delete(key)
    return windows.get(key)
  }

  function begin(key: string): Window {
    makeRoom()
    begun += 1
    const window = { id: `${begun}`, hits: 0, endMs: clock.now() + windowMs }
    windows.set(key, window)
    return window
  }

  function hit(key: string): Hits {
    const window = current(key) ?? begin(key)
    window.hits += 1
    return { totalHits: window.hits, window: window.id, leftMs: window.endMs - clock.now() }
  }

  return {
    increment: async (key) => hit(key),

    async begin(key) {
      const others = underWay.get(key) ?? 0
      underWay.set(key, others + 1)
      const end = async (): Promise<void> => {
        const left = (underWay.get(key) ?? 1) - 1
        if (left > 0) underWay.set(key, left)
        else underWay.delete(key)
      }
      return { ...hit(key), others, end }
    },

    async decrement(key, id) {
      const window = current(key)
      if (window?.id !== id) return
      window.hits -= 1
      if (window.hits === 0) windows.delete(key)
    },

    async resetKey(key) {
      windows.delete(key)
    },
  }
}
