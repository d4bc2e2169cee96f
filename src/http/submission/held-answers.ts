import type { ServerResponse } from 'node:http'
import type { Clock } from '../../lib/clock.js'

/** How many answers can be delayed at once. */
const MAX_HELD = 1000

/** Delays answers, so that each connection of a flood gets only a few. */
export interface HeldAnswers {
  /**
   * Resolves when the answer may be sent: after the delay, or once the client has disconnected or the process stops. If too many
   * answers are delayed already, it resolves at once, and the connection closes after the answer.
   */
  hold(response: ServerResponse): Promise<void>
  /** When the process stops: releases all answers, and delays no more. */
  release(): void
}

export function createHeldAnswers(delayMs: number, clock: Clock, maxHeld = MAX_HELD): HeldAnswers {
  // The delay is always the same, so the first answer in is the first out.
  const held = new Set<{ readonly endMs: number; leave(): void }>()
  let isWatching = false
  let isStopping = false

  /** One timer for all answers, because timers of disconnected clients would pile up. */
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
