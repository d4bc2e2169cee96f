import type { Hits, LimitStore } from '../core/attempt-limits.js'
import type { Clock } from '../lib/clock.js'

/** Bounds the memory. Someone with more addresses than this can push out counts and try again. */
const MAX_KEYS = 50_000

interface Window {
  readonly id: string
  hits: number
  readonly endMs: number
}

/** Counts hits per key in windows of one length, which begin with the key's first hit. If there are too many, the oldest go. */
export function createMemoryLimitStore(clock: Clock, windowMs: number, maxKeys = MAX_KEYS): LimitStore {
  // All windows have the same length, so they are in the order in which they end.
  const windows = new Map<string, Window>()
  const underWay = new Map<string, number>()
  let begun = 0

  const isOver = ({ endMs }: Window): boolean => endMs <= clock.now()

  /** Removes many at once: finding a map's first key takes longer the more were deleted before it. */
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
    read: async (key) => current(key)?.hits ?? 0,

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
