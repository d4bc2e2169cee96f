/** The work under way, so that a process that is told to stop can wait for it, also where nobody waits for an answer. */
export interface InFlight {
  track(work: Promise<void>): Promise<void>
  /** Resolves when all work that is under way now has ended. */
  drained(): Promise<void>
}

export function createInFlight(): InFlight {
  const underWay = new Set<Promise<void>>()
  return {
    async track(work) {
      underWay.add(work)
      try {
        await work
      } finally {
        underWay.delete(work)
      }
    },
    async drained() {
      await Promise.allSettled(underWay)
    },
  }
}
