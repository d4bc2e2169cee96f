import type { Refused } from '../core/answer.js'
import type { Begun, Verdict } from '../core/attempt-limits.js'
import type { Deadline } from '../lib/deadline.js'
import { inParallel } from '../lib/in-parallel.js'
import { inTime } from '../lib/in-time.js'
import type { Limiter } from './limiter.js'

/** A count that an attempt adds to. */
export interface Counter {
  readonly limiter: Limiter
  readonly key: string
  /** Whether a success resets the count. */
  readonly forgetful: boolean
  /** The hit that counted the attempt, once it's counted. */
  begun?: Begun | undefined
}

/** A counter without room for an attempt. */
export interface Full {
  readonly limiter: Limiter
  readonly id: string
  readonly waitMs: number
  /** Full only because of attempts in progress: room may come up when one ends. */
  readonly byOthers: boolean
  /** Some are in another instance, which doesn't report their end. */
  readonly isElsewhere: boolean
}

/** Counts attempts from their start, so parallel ones can't slip through. */
export interface AttemptCounts {
  /**
   * Counts an attempt as soon as all counters have room. If attempts in progress fill one, waits for one to end, because they may
   * succeed. Rejects with a `Refused` if no room comes up in time, and with `StoreUnavailable`.
   *
   * @param refusalOf the refusal for these full counters, the longest wait first; undefined if waiting may help
   */
  begin(
    counters: readonly Counter[],
    deadline: Deadline,
    refusalOf: (full: readonly Full[]) => Refused | undefined,
  ): Promise<void>
  /** Ends the attempt. It stays counted if it was a guess. */
  end(counters: readonly Counter[], verdict: Verdict): Promise<void>
}

/** The retry time (ms) if only attempts in progress fill a limit. */
const SOON_MS = 1000

/** How often (ms) to check whether an attempt in another instance has ended. */
const LOOK_MS = 250

export function createAttemptCounts(): AttemptCounts {
  /** How many attempts are in progress in this instance. */
  const underWay = new Map<string, number>()
  /** Wakes attempts that wait for another to end, in order of arrival. */
  const waiting = new Map<string, (() => void)[]>()

  /** Counts the attempt. Returns the full counter if the limit was already reached. */
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

  /** Returns at once if no attempt is in progress any more. For other instances, waits `LOOK_MS` at most. */
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

  /** Counts the attempt in all counters or in none. */
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
      /** Where a free place woke this attempt. If it doesn't take the place, the next one gets it. */
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
