import type { Clock } from '../../lib/clock.js'
import { wideNetworkOf } from '../../lib/ip-address.js'
import { isOutage, type Outage } from '../outage.js'
import { PanelFault } from '../panel-port.js'
import type { HelpRequest, HelpResult } from './help-request.js'

/** Requests of people who can't sign in, handled after their answer was sent. */
export interface HelpQueue {
  /**
   * Adds a request, unless one for the same mailbox and kind of help waits. Throws a `PanelFault` (`panel-busy`) if there are too
   * many, in total or from the sender's network.
   */
  add(request: HelpRequest): void
  isHalfFull(): boolean
  /** Drops waiting requests. */
  close(): void
}

interface HelpQueueParts {
  readonly clock: Clock
  /** Random, from 0 to 1. */
  readonly random: () => number
  /** Rejects with an `Outage`, or on a bug. */
  readonly giveHelp: (request: HelpRequest) => Promise<HelpResult>
  /** Called once for each accepted request; has the error if that was a bug. */
  readonly report: (request: HelpRequest, result: HelpResult, error?: unknown) => void
}

/** The longest random delay (ms). Without it, the time of a mail or of the panel's work would show whose request it was. */
const MAX_DELAY_MS = 60_000

/** How long (ms) to wait before another try while the panel or the store can't be used. */
const RETRY_MS = 60_000
const MAX_TRIES = 5

const MAX_REQUESTS = 1000
const MAX_OF_NETWORK = 10

/** Handles requests one at a time, each after a random delay. */
export function createHelpQueue({ clock, random, giveHelp, report }: HelpQueueParts): HelpQueue {
  const waiting = new Map<string, { readonly request: HelpRequest; readonly network: string }>()
  let turn: Promise<unknown> = Promise.resolve()
  let isClosed = false

  function settle(key: string, request: HelpRequest, result: HelpResult, error?: unknown): void {
    waiting.delete(key)
    report(request, result, error)
  }

  /** @returns whether another try may help */
  async function tryOnce(key: string, request: HelpRequest, tries: number): Promise<boolean> {
    try {
      settle(key, request, await giveHelp(request))
      return false
    } catch (error) {
      if (!isOutage(error)) settle(key, request, { result: 'failed', reason: 'internal-error' }, error)
      else if (tries >= MAX_TRIES || isFinal(error))
        settle(key, request, { result: 'failed', reason: error.reason })
      else return true
      return false
    }
  }

  /** Runs the try after earlier ones. */
  function inTurn(work: () => Promise<boolean>): Promise<boolean> {
    const own = turn.then(() => !isClosed && work())
    turn = own
    return own
  }

  async function dealWith(key: string, request: HelpRequest): Promise<void> {
    await clock.waitInBackground(random() * MAX_DELAY_MS)
    for (let tries = 1; await inTurn(() => tryOnce(key, request, tries)); tries++) {
      await clock.waitInBackground(RETRY_MS)
    }
  }

  return {
    add(request) {
      const key = `${request.helper} ${request.mailbox.address}`
      if (waiting.has(key)) return
      const network = wideNetworkOf(request.clientAddress)
      const ofNetwork = [...waiting.values()].filter((other) => other.network === network)
      if (waiting.size >= MAX_REQUESTS || ofNetwork.length >= MAX_OF_NETWORK) {
        throw new PanelFault('panel-busy', 'too-many-requests', { retryAfterMs: MAX_DELAY_MS })
      }
      waiting.set(key, { request, network })
      void dealWith(key, request)
    },

    isHalfFull: () => waiting.size >= MAX_REQUESTS / 2,

    close() {
      isClosed = true
      for (const { request } of waiting.values()) report(request, { result: 'failed', reason: 'stopped' })
      waiting.clear()
    },
  }
}

/** Whether another try can't help. */
function isFinal({ code }: Outage): boolean {
  return code === 'panel-misconfigured' || code === 'panel-failed'
}
