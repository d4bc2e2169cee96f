/** The work under way, so that a process that is told to stop can wait for it, also where nobody waits for an answer. */
export interface InFlight {
  track(work: Promise<void>): Promise<void>
  /** Whether the process was told to stop: what begins now may not be waited for. */
  isStopping(): boolean
  /** From now on the process is stopping. Resolves when all work has ended. */
  drain(): Promise<void>
}

export function createInFlight(): InFlight {
  const underWay = new Set<Promise<void>>()
  let stopping = false
  return {
    async track(work) {
      underWay.add(work)
      try {
        await work
      } finally {
        underWay.delete(work)
      }
    },
    isStopping: () => stopping,
    async drain() {
      stopping = true
      while (underWay.size > 0) await Promise.allSettled(underWay)
    },
  }
}
