import { vi } from 'vitest'
import type { TestService } from './service.js'

/** The longest pause before a retry. */
const PAUSE_MS = 1_200_000

/** Waits until this many mails have been sent or dropped. Time passes only for the pauses before retries. */
export async function untilMailsEnd(service: TestService, mails: number): Promise<void> {
  const delayed = (): number => service.logged('notification-delayed').length
  const ended = (): number => service.logged('notification-').length - delayed()
  for (let delays = 0; ; delays = delayed()) {
    if (delays > 0) service.clock.advance(PAUSE_MS)
    await vi.waitUntil(() => ended() >= mails || delayed() > delays, { interval: 1, timeout: 5000 })
    if (ended() >= mails) return
  }
}
