import type { Clock } from '../lib/clock.js'
import type { Deadline } from '../lib/deadline.js'
import { wideNetworkOf } from '../lib/ip-address.js'
import { setBounded } from '../lib/set-bounded.js'
import { PanelFault } from './panel-port.js'

/** Someone who needs the owner of a domain, and until when. */
export interface Asker {
  /** In the form of `parseClientAddress`. */
  readonly clientAddress: string
  readonly deadline: Deadline
}

/** A rate limit on lookups of unknown domains, per network (IPv4 /24, IPv6 /48). */
export interface LookupTurns {
  /**
   * Runs the lookup as soon as the limit allows. Failed lookups don't count. Rejects with a `PanelFault` (`panel-busy`) if the
   * asker can't wait that long.
   */
  take<Result>(asker: Asker, lookUp: () => Promise<Result>): Promise<Result>
}

/** The limit per network. */
const LOOKUPS = { count: 6, windowMs: 60_000 }
const MAX_NETWORKS = 10_000

export function createLookupTurns(clock: Clock): LookupTurns {
  /** Each network's latest lookups, past or planned. */
  const turns = new Map<string, readonly number[]>()

  /** Counts a lookup; returns the time when the limit allows it. */
  function reserve(network: string, deadline: Deadline): number {
    const latest = turns.get(network) ?? []
    const [oldest = 0] = latest
    const nextMs =
      latest.length < LOOKUPS.count ? clock.now() : Math.max(clock.now(), oldest + LOOKUPS.windowMs)
    const retryAfterMs = nextMs - clock.now()
    if (retryAfterMs > deadline.leftMs())
      throw new PanelFault('panel-busy', 'too-many-lookups', { retryAfterMs })
    setBounded(turns, network, [...latest, nextMs].slice(-LOOKUPS.count), MAX_NETWORKS)
    return nextMs
  }

  function giveBack(network: string, turnMs: number): void {
    const latest = turns.get(network) ?? []
    const index = latest.indexOf(turnMs)
    // Newer ones may have pushed it out.
    if (index >= 0) turns.set(network, latest.toSpliced(index, 1))
  }

  return {
    async take({ clientAddress, deadline }, lookUp) {
      const network = wideNetworkOf(clientAddress)
      const turnMs = reserve(network, deadline)
      try {
        if (turnMs > clock.now()) await clock.wait(turnMs - clock.now())
        return await lookUp()
      } catch (error) {
        giveBack(network, turnMs)
        throw error
      }
    },
  }
}
