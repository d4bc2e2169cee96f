import { vi } from 'vitest'
import type { TestService } from './service.js'

/** The longest pause before a retry. */
const PAUSE_MS = 1_200_000

/** The log lines about notifications. */
export function notificationLines({ logText }: Pick<TestService, 'logText'>): Record<string, unknown>[] {
  return logText()
    .split('\n')
    .filter((line) => line.includes('"event":"notification-'))
    .map((line) => JSON.parse(line))
}

/** Waits until this many mails have been sent or dropped. Time passes only for the pauses before retries. */
export async function untilMailsEnd(service: TestService, mails: number): Promise<void> {
  const countLines = (areDelayed: boolean): number =>
    notificationLines(service).filter(({ event }) => (event === 'notification-delayed') === areDelayed).length
  let delays = 0
  const isNext = (): boolean => countLines(false) >= mails || countLines(true) > delays
  for (;;) {
    await vi.waitUntil(isNext, { interval: 1 })
    if (countLines(false) >= mails) return
    delays = countLines(true)
    service.clock.advance(PAUSE_MS)
  }
}
