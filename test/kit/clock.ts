import { setImmediate } from 'node:timers/promises'
import { type Clock, systemClock } from '../../src/lib/clock.js'

export interface TestClock extends Clock {
  /** The length of every wait so far, in ms. */
  readonly waits: readonly number[]
  advance(durationMs: number): void
  /** The next wait lasts until it is released. `asked` resolves when it has begun. */
  hold(): { readonly asked: Promise<void>; release(): void }
}

/** A clock that runs faster than real time. */
export interface FastClock extends Clock {
  /** Changing it doesn't affect waits that have already begun. */
  speed: number
}

export function createFastClock(speed: number): FastClock {
  let [speedNow, sinceMs, beforeMs] = [speed, performance.now(), 0]
  const now = (): number => beforeMs + (performance.now() - sinceMs) * speedNow
  return {
    get speed() {
      return speedNow
    },
    set speed(next) {
      ;[beforeMs, sinceMs, speedNow] = [now(), performance.now(), next]
    },
    now,
    wait: (durationMs) => systemClock.wait(durationMs / speedNow),
    waitInBackground: (durationMs) => systemClock.waitInBackground(durationMs / speedNow),
  }
}

/**
 * How many turns of the event loop pass before time moves on. That is enough for a call over a loopback connection to arrive, but
 * not for work in other threads, such as the check of a hash.
 */
const TURNS = 20

/**
 * A clock that moves only for waits and `advance`. When nothing is left to do, time jumps to the end of the next wait. Waits end
 * in the right order.
 */
export function createTestClock(): TestClock {
  let nowMs = 0
  const waits: number[] = []
  const ends: { readonly atMs: number; come(): void }[] = []
  const holds: { begin(): void; readonly over: Promise<void> }[] = []
  /** Background waits, which don't move time. */
  const background = new Set<{ readonly atMs: number; come(): void }>()
  const moveTo = (timeMs: number): void => {
    nowMs = Math.max(nowMs, timeMs)
    for (const end of background) {
      if (end.atMs > nowMs) continue
      background.delete(end)
      end.come()
    }
  }
  const pass = async (): Promise<void> => {
    while (ends.length > 0) {
      for (let turn = 0; turn < TURNS; turn++) await setImmediate()
      const next = ends.toSorted((one, other) => one.atMs - other.atMs)[0]
      if (!next) return
      ends.splice(ends.indexOf(next), 1)
      moveTo(next.atMs)
      next.come()
    }
  }
  return {
    waits,
    now: () => nowMs,
    async wait(durationMs) {
      waits.push(durationMs)
      const hold = holds.shift()
      if (hold) {
        hold.begin()
        await hold.over
      }
      const end = new Promise<void>((come) => void ends.push({ atMs: nowMs + durationMs, come }))
      if (ends.length === 1) void pass()
      await end
    },
    async waitInBackground(durationMs) {
      if (durationMs > 0) {
        await new Promise<void>((come) => void background.add({ atMs: nowMs + durationMs, come }))
      }
    },
    advance: (durationMs) => moveTo(nowMs + durationMs),
    hold() {
      let begin = (): void => undefined
      let release = (): void => undefined
      const asked = new Promise<void>((resolve) => {
        begin = resolve
      })
      const over = new Promise<void>((resolve) => {
        release = resolve
      })
      holds.push({ begin, over })
      return { asked, release }
    },
  }
}
