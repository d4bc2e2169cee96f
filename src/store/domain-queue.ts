import { PanelFault } from '../core/panel-port.js'
import { inTime } from '../lib/in-time.js'

/** The first place in a domain's queue. */
export interface Place {
  leave(): void
}

/** One queue per domain, in this process and in order of arrival. */
export interface DomainQueue {
  /** Rejects with a `PanelFault` (`panel-busy`) if its turn doesn't come within `maxWaitMs`. */
  enter(domain: string, maxWaitMs: number): Promise<Place>
}

export function createDomainQueue(): DomainQueue {
  const lastOf = new Map<string, Promise<unknown>>()

  return {
    async enter(domain, maxWaitMs) {
      const before = lastOf.get(domain)
      let leave = (): void => undefined
      const left = new Promise<void>((resolve) => {
        leave = resolve
      })
      // If one gives up, those behind it still wait for those before it.
      const last = Promise.all([before, left])
      lastOf.set(domain, last)
      void last.then(() => {
        if (lastOf.get(domain) === last) lastOf.delete(domain)
      })
      try {
        if (before !== undefined) await inTime(before, maxWaitMs, waitedTooLong)
      } catch (error) {
        leave()
        throw error
      }
      return { leave }
    },
  }
}

/** The lock wasn't free in time. */
export function waitedTooLong(): PanelFault {
  return new PanelFault('panel-busy', 'waited-too-long')
}
