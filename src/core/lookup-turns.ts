import type { Clock } from '../lib/clock.js'
import type { Deadline } from '../lib/deadline.js'
import { wideNetworkOf } from '../lib/ip-address.js'
import { setBounded } from '../lib/set-bounded.js'
import { PanelFault } from './panel-port.js'

/** Somebody who wants to know whose a domain is, and until when. */
export interface Asker {
  /** In the form of `parseClientAddress`. */
  readonly clientAddress: string
  readonly deadline: Deadline
}

/** The turns of networks (IPv4 /24, IPv6 /48) to have domains looked up that nobody remembers. */
export interface LookupTurns {
  /**
   * Looks up in the turn of the asker's network. A lookup that fails is not counted. Rejects with a `PanelFault` (`panel-busy`) if
   * the next turn is later than the asker waits.
   */
  take<Result>(asker: Asker, lookUp: () => Promise<Result>): Promise<Result>
}

/** So many lookups a network has within this time (ms). */
const LOOKUPS = { count: 6, windowMs: 60_000 }
const MAX_NETWORKS = 10_000

export function createLookupTurns(clock: Clock): LookupTurns {
  /** When the latest lookups of a network were, or will be. */
  const turns = new Map<string, readonly number[]>()

  /** Counts a lookup for the network, now or as soon as it may have one more; gives when that is. */
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
    // Later ones may have taken its place.
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
