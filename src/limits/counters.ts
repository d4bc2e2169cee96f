import type { Refused } from '../core/answer.js'
import type { Begun, Verdict } from '../core/attempt-limits.js'
import type { Deadline } from '../lib/deadline.js'
import { inParallel } from '../lib/in-parallel.js'
import { inTime } from '../lib/in-time.js'
import type { Limiter } from './limiter.js'

/** One thing that is counted for an attempt. */
export interface Counter {
  readonly limiter: Limiter
  readonly key: string
  /** Whether a success forgets what was counted. */
  readonly forgetful: boolean
  /** What has counted the attempt; undefined while nothing has. */
  begun?: Begun | undefined
}

/** A counter that has no room for an attempt. */
export interface Full {
  readonly limiter: Limiter
  readonly id: string
  readonly waitMs: number
  /** Only by attempts under way: it may have room when one of them ends. */
  readonly byOthers: boolean
  /** Some of these are another instance's, which doesn't tell when they end. */
  readonly isElsewhere: boolean
}

/** Counts attempts from their start, so that many at once can't slip through. */
export interface AttemptCounts {
  /**
   * Counts an attempt as soon as all counters have room for it. If attempts under way fill one, which may yet turn out to be right,
   * it waits until one of them ends. Rejects with a `Refused` if there will be no room in its time, and with `StoreUnavailable`.
   *
   * @param refusalOf the refusal if these are full, the one to wait for longest first; undefined if waiting may help
   */
  begin(
    counters: readonly Counter[],
    deadline: Deadline,
    refusalOf: (full: readonly Full[]) => Refused | undefined,
  ): Promise<void>
  /** The attempt has ended: it stays counted if it was a guess. */
  end(counters: readonly Counter[], verdict: Verdict): Promise<void>
}

/** When to come back (ms) if a limit is reached only by attempts under way. */
const SOON_MS = 1000

/** How often (ms) an attempt looks whether one of another instance has ended. */
const LOOK_MS = 250

export function createAttemptCounts(): AttemptCounts {
  /** How many are under way in this instance. */
  const underWay = new Map<string, number>()
  /** Wakes those who wait for an attempt to end, in the order of their arrival. */
  const waiting = new Map<string, (() => void)[]>()

  /** Counts the attempt; resolves to what is full, if the limit had been reached before. */
  async function hit(counter: Counter): Promise<Full | undefined> {
    const { limiter, key } = counter
    const id = idOf(counter)
    const here = underWay.get(id) ?? 0
    underWay.set(id, here + 1)
    counter.begun = await limiter.begin(key)
    const { totalHits, others, leftMs } = counter.begun
    if (totalHits <= limiter.count) return undefined
    const byOthers = totalHits - 1 - others < limiter.count
    return { limiter, id, byOthers, isElsewhere: others > here, waitMs: byOthers ? SOON_MS : leftMs }
  }

  async function settle(counter: Counter, verdict: Verdict): Promise<void> {
    const { limiter, key, forgetful, begun } = counter
    const id = idOf(counter)
    counter.begun = undefined
    if (verdict === 'proven' && forgetful) await limiter.forget(key)
    else if (verdict !== 'guess' && begun) await limiter.giveBack(key, begun.window)
    await begun?.end()
    const others = (underWay.get(id) ?? 1) - 1
    if (others > 0) underWay.set(id, others)
    else underWay.delete(id)
  }

  const settleAll = (counters: readonly Counter[], verdict: Verdict): Promise<unknown> =>
    Promise.all(counters.map((counter) => settle(counter, verdict)))

  function wakeNext(id = ''): void {
    waiting.get(id)?.shift()?.()
  }

  /** Waits until an attempt ends, unless none is under way any more; with those of other instances, until one may have. */
  async function untilOneEnds({ id, limiter, isElsewhere }: Full, { leftMs }: Deadline): Promise<void> {
    if (!underWay.has(id) && !isElsewhere) return
    const queue = waiting.get(id) ?? []
    waiting.set(id, queue)
    let wake = (): void => undefined
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    queue.push(wake)
    const timer = isElsewhere ? setTimeout(wake, LOOK_MS) : undefined
    try {
      await inTime(woken, leftMs(), () => limiter.refusal(SOON_MS))
    } finally {
      clearTimeout(timer)
      if (queue.includes(wake)) queue.splice(queue.indexOf(wake), 1)
      if (queue.length === 0 && waiting.get(id) === queue) waiting.delete(id)
    }
  }

  /** Counts an attempt everywhere, or nowhere. */
  async function tryToBegin(counters: readonly Counter[]): Promise<readonly Full[]> {
    let full: readonly Full[] | undefined
    try {
      full = (await inParallel(counters.map(hit))).filter((each) => each !== undefined)
    } finally {
      if (full?.length !== 0) await settleAll(counters, 'neutral')
    }
    return full.toSorted((a, b) => b.waitMs - a.waitMs)
  }

  return {
    async begin(counters, deadline, refusalOf) {
      /** The counter at which an attempt ended: if the room there is not taken, it is the next one's. */
      let wokenAt: string | undefined
      for (;;) {
        let full: Full | undefined
        try {
          const all = await tryToBegin(counters)
          const refusal = refusalOf(all)
          if (refusal) throw refusal
          full = all[0]
        } catch (error) {
          wakeNext(wokenAt)
          throw error
        }
        if (!full) return
        if (full.id !== wokenAt) wakeNext(wokenAt)
        await untilOneEnds(full, deadline)
        wokenAt = full.id
      }
    },

    async end(counters, verdict) {
      await settleAll(counters, verdict)
      for (const counter of counters) wakeNext(idOf(counter))
    },
  }
}

function idOf({ limiter, key }: Counter): string {
  return `${limiter.name} ${key}`
}
