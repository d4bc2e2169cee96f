import type { Clock } from '../../lib/clock.js'
import { wideNetworkOf } from '../../lib/ip-address.js'
import { isOutage, type Outage } from '../outage.js'
import { PanelFault } from '../panel-port.js'
import type { HelpRequest, HelpResult } from './help-request.js'

/** Requests of people who can't sign in, which are dealt with when they have been answered. */
export interface HelpQueue {
  /**
   * Takes a request in; one that waits for the same mailbox and help is enough. Throws a `PanelFault` (`panel-busy`) if there are too
   * many, or too many of the sender's network.
   */
  add(request: HelpRequest): void
  /** Whether at least half of the places are taken. */
  isHalfFull(): boolean
  /** For a process that stops: ends what waits. */
  close(): void
}

interface HelpQueueParts {
  readonly clock: Clock
  /** From 0 to 1, by chance. */
  readonly random: () => number
  /** Rejects with an `Outage`, or on a bug. */
  readonly giveHelp: (request: HelpRequest) => Promise<HelpResult>
  /** Told once of each request that was taken in, and of the error if that was a bug. */
  readonly report: (request: HelpRequest, result: HelpResult, error?: unknown) => void
}

/** Up to so long (ms) a request waits, so that the time of a mail, or of the panel's work, tells nobody whose request it was for. */
const MAX_DELAY_MS = 60_000

/** How long (ms) it waits before the next try, if the panel or the store can't be used. */
const RETRY_MS = 60_000
const MAX_TRIES = 5

const MAX_REQUESTS = 1000
const MAX_OF_NETWORK = 10

/** Deals with requests one after another, each after a random wait. */
export function createHelpQueue({ clock, random, giveHelp, report }: HelpQueueParts): HelpQueue {
  const waiting = new Map<string, HelpRequest>()
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

  /** Tries when those before it have been tried. */
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
      const ofNetwork = [...waiting.values()].filter(
        (other) => wideNetworkOf(other.clientAddress) === network,
      )
      if (waiting.size >= MAX_REQUESTS || ofNetwork.length >= MAX_OF_NETWORK) {
        throw new PanelFault('panel-busy', 'too-many-requests', { retryAfterMs: MAX_DELAY_MS })
      }
      waiting.set(key, request)
      void dealWith(key, request)
    },

    isHalfFull: () => waiting.size >= MAX_REQUESTS / 2,

    close() {
      isClosed = true
      for (const request of waiting.values()) report(request, { result: 'failed', reason: 'stopped' })
      waiting.clear()
    },
  }
}

/** Whether another try mends nothing. */
function isFinal({ code }: Outage): boolean {
  return code === 'panel-misconfigured' || code === 'panel-failed'
}
