import { PanelFault } from '../core/panel-port.js'
import { inTime } from '../lib/in-time.js'

/** The place at the head of a domain's queue. */
export interface Place {
  leave(): void
}

/** Queues of this process, one for each domain, in the order of arrival. */
export interface DomainQueue {
  /** Rejects with a `PanelFault` (`panel-busy`) if those before do not leave within `maxWaitMs`. */
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
      // Whoever gives up leaves the queue, but those behind still wait for those before.
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

/** The lock could not be had in time. */
export function waitedTooLong(): PanelFault {
  return new PanelFault('panel-busy', 'waited-too-long')
}
