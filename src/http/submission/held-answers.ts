import type { ServerResponse } from 'node:http'
import type { Clock } from '../../lib/clock.js'

/** How many answers are held at once. */
const MAX_HELD = 1000

/** Holds answers back, so that a flood gets few of them from each connection. */
export interface HeldAnswers {
  /**
   * Resolves when the answer may be sent: after the delay, or as soon as the client has gone or the process stops. If too many
   * are held it resolves at once, and the connection closes after the answer.
   */
  hold(response: ServerResponse): Promise<void>
  /** For a process that stops: all answers may be sent now, and no more are held. */
  release(): void
}

export function createHeldAnswers(delayMs: number, clock: Clock, maxHeld = MAX_HELD): HeldAnswers {
  // All are held equally long, so the first to come is the first to leave.
  const held = new Set<{ readonly endMs: number; leave(): void }>()
  let isWatching = false
  let isStopping = false

  /** One timer for all: timers of clients that have gone would add up. */
  async function watch(): Promise<void> {
    if (isWatching) return
    isWatching = true
    for (const { endMs, leave } of held) {
      const leftMs = endMs - clock.now()
      if (leftMs > 0) await clock.wait(leftMs)
      leave()
    }
    isWatching = false
  }

  return {
    async hold(response) {
      if (isStopping || response.destroyed) return
      if (held.size >= maxHeld) {
        response.setHeader('Connection', 'close')
        return
      }
      const over = new Promise<void>((resolve) => {
        const answer = {
          endMs: clock.now() + delayMs,
          leave() {
            held.delete(answer)
            resolve()
          },
        }
        held.add(answer)
        response.once('close', answer.leave)
      })
      void watch()
      await over
    },

    release() {
      isStopping = true
      for (const { leave } of held) leave()
    },
  }
}
