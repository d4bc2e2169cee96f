import { bulkhead } from 'cockatiel'
import type { MailResult } from '../core/recovery/mail-port.js'
import type { Clock } from '../lib/clock.js'
import type { Message, Sender, SendFault } from './message.js'

/** What happened to a message. */
export type DeliveryEvent =
  | { readonly event: 'notification-sent'; readonly tries: number }
  | ({ readonly event: 'notification-delayed'; readonly tries: number } & Details)
  | ({
      readonly event: 'notification-dropped'
      readonly tries: number
      readonly reason: DropReason
    } & Details)

type Details = Partial<Pick<SendFault, 'errorCode' | 'smtpStatus'>>

/** `refused`: a final refusal. `gave-up`: after the last try. `queue-full`: before the first. `stopped`: the process ends. */
type DropReason = Exclude<MailResult, 'sent'>

/** Delivers messages from a queue in memory. */
export interface Delivery {
  /** Queues a message. Never waits or fails. */
  add(message: Message, report: (event: DeliveryEvent) => void): void
  /** Tries the remaining messages once more, drops those that aren't accepted within `graceMs`, and then resolves. */
  close(graceMs: number): Promise<void>
}

/** The pauses between tries. */
const PAUSES_MS = [10_000, 60_000, 300_000, 1_200_000] as const

/** The time-out of one try. */
const TRY_MS = 30_000

const MAX_AT_ONCE = 2
const MAX_MESSAGES = 1000

export function createDelivery(send: Sender, clock: Clock): Delivery {
  const queue = bulkhead(MAX_AT_ONCE, MAX_MESSAGES)
  const underWay = new Set<Promise<void>>()
  const sleepers = new Set<() => void>()
  const stop = new AbortController()
  let isClosing = false

  async function deliver(message: Message, report: (event: DeliveryEvent) => void): Promise<void> {
    for (let tries = 1; ; tries++) {
      const fault = await queue.execute(() => trySend(message))
      if (!fault) return report({ event: 'notification-sent', tries })
      const { errorCode, smtpStatus, isFinal } = fault
      const pauseMs = PAUSES_MS[tries - 1]
      if (isFinal || isClosing || pauseMs === undefined) {
        const reason = isFinal ? 'refused' : isClosing ? 'stopped' : 'gave-up'
        return report({ event: 'notification-dropped', tries, reason, errorCode, smtpStatus })
      }
      report({ event: 'notification-delayed', tries, errorCode, smtpStatus })
      await sleep(pauseMs)
    }
  }

  async function trySend(message: Message): Promise<SendFault | undefined> {
    // Not AbortSignal.any: in Node.js 20, the combined signal may never abort, and keeps the message in memory.
    const end = new AbortController()
    const abort = (): void => end.abort()
    if (stop.signal.aborted) abort()
    stop.signal.addEventListener('abort', abort)
    const late = setTimeout(abort, TRY_MS)
    try {
      return await send(message, end.signal)
    } finally {
      clearTimeout(late)
      stop.signal.removeEventListener('abort', abort)
    }
  }

  /** Sleeps, but wakes up early if the process stops. */
  async function sleep(durationMs: number): Promise<void> {
    let wake = (): void => undefined
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    sleepers.add(wake)
    await Promise.race([clock.waitInBackground(durationMs), woken])
    sleepers.delete(wake)
  }

  return {
    add(message, report) {
      if (underWay.size >= MAX_MESSAGES) {
        report({ event: 'notification-dropped', tries: 0, reason: 'queue-full' })
        return
      }
      const delivered = deliver(message, report).finally(() => underWay.delete(delivered))
      underWay.add(delivered)
    },

    async close(graceMs) {
      isClosing = true
      for (const wake of sleepers) wake()
      const graceIsOver = setTimeout(() => stop.abort(), graceMs)
      await Promise.allSettled(underWay)
      clearTimeout(graceIsOver)
    },
  }
}
