import { type Outcome, type Refused, verdictOf } from '../core/answer.js'
import type { Attempt } from '../core/attempt.js'
import type { Verdict } from '../core/attempt-limits.js'
import type { Deadline } from '../lib/deadline.js'
import { inParallel } from '../lib/in-parallel.js'
import { inTime } from '../lib/in-time.js'
import { networkOf } from '../lib/ip-address.js'
import type { KnownPairs } from './known-pairs.js'
import type { Limiter } from './limiter.js'
import type { Puzzles } from './puzzle.js'

/**
 * Carries an attempt out if no limit on refused credentials is reached, and counts it by its outcome; it counts from its
 * start, so that many at once can't slip through. Rejects with `Refused`, and with `StoreUnavailable` if the counters
 * can't be reached.
 */
export type LimitAttempt = (attempt: Attempt, carryOut: () => Promise<Outcome>) => Promise<Outcome>

/** One thing that is counted: the guesses at a secret, from one address or from many. */
interface Counter {
  readonly limiter: Limiter
  readonly key: string
  /** Whether a success forgets what was counted. */
  readonly forgetful: boolean
  /** The window that counted the attempt; undefined while none has. */
  window?: string | undefined
}

/** When to come back if a limit is reached only by attempts under way, which may yet turn out to be right. */
const SOON_MS = 1000

/** A counter that has no room for an attempt. */
interface Full {
  readonly limiter: Limiter
  readonly id: string
  readonly waitMs: number
  /** Only by attempts under way: it may have room when one of them ends. */
  readonly byOthers: boolean
}

interface LimitParts {
  readonly failures: Limiter
  readonly target: Limiter
  readonly ceiling: Limiter
  readonly knownPairs: KnownPairs
  readonly puzzles: Puzzles
}

/**
 * Counts refused credentials per secret that is guessed: from one address, by one kind of caller, and in all. An address that
 * has proven the secret before has a count of its own in place of the last two, which strangers can't use up; for the public
 * the solution of a puzzle stands in for the second. Where attempts under way fill a limit, the next one waits, within its patience, until one of them ends.
 */
export function createAttemptLimits({
  failures,
  target,
  ceiling,
  knownPairs,
  puzzles,
}: LimitParts): LimitAttempt {
  const underWay = new Map<string, number>()
  /** Wakes those who wait for an attempt to end, in the order of their arrival. */
  const waiting = new Map<string, (() => void)[]>()

  async function countersOf(attempt: Attempt): Promise<Counter[]> {
    const secret = secretOf(attempt)
    const pair = `${secret} from ${networkOf(attempt.clientAddress)}`
    const ofPair = { limiter: failures, key: pair, forgetful: true }
    if (await isKnown(attempt)) return [ofPair, { limiter: ceiling, key: pair, forgetful: false }]
    const key = `${secret} by ${attempt.callerKind === 'public' ? 'anybody' : 'webmail'}`
    const ofAll = { limiter: ceiling, key, forgetful: false }
    if (await hasSolved(attempt)) return [ofPair, ofAll]
    return [ofPair, { limiter: target, key, forgetful: false }, ofAll]
  }

  async function hasSolved(attempt: Attempt): Promise<boolean> {
    const { callerKind, solution } = attempt
    if (callerKind !== 'public' || solution === undefined) return false
    return await puzzles.accepts(secretOf(attempt), solution)
  }

  /** If a puzzle would open the way, the refusal has one. */
  function refusalOf(attempt: Attempt, full: readonly Full[]): Refused | undefined {
    const reached = full.filter(({ byOthers }) => !byOthers)
    const [longest] = reached
    if (!longest) return undefined
    const helps = attempt.callerKind === 'public' && reached.every(({ limiter }) => limiter === target)
    const challenge = helps ? puzzles.pose(secretOf(attempt)) : undefined
    return longest.limiter.refusal(longest.waitMs, { challenge })
  }

  /** A webmail server's address is everybody's. */
  async function isKnown(attempt: Attempt): Promise<boolean> {
    if (attempt.callerKind === 'webmail') return false
    return await knownPairs.has(secretOf(attempt), networkOf(attempt.clientAddress))
  }

  /** Counts the attempt; resolves to what is full, if the limit had been reached before. */
  async function begin(counter: Counter): Promise<Full | undefined> {
    const { limiter, key } = counter
    const id = idOf(counter)
    const others = underWay.get(id) ?? 0
    underWay.set(id, others + 1)
    const { totalHits, window, leftMs } = await limiter.hit(key)
    counter.window = window
    if (totalHits <= limiter.count) return undefined
    const byOthers = totalHits - 1 - others < limiter.count
    return { limiter, id, byOthers, waitMs: byOthers ? SOON_MS : leftMs }
  }

  async function end(counter: Counter, verdict: Verdict): Promise<void> {
    const { limiter, key, forgetful, window } = counter
    const id = idOf(counter)
    counter.window = undefined
    if (verdict === 'proven' && forgetful) await limiter.forget(key)
    else if (verdict !== 'guess' && window !== undefined) await limiter.giveBack(key, window)
    const others = (underWay.get(id) ?? 1) - 1
    if (others > 0) underWay.set(id, others)
    else underWay.delete(id)
  }

  const endAll = (counters: readonly Counter[], verdict: Verdict): Promise<unknown> =>
    Promise.all(counters.map((counter) => end(counter, verdict)))

  function wakeNext(id = ''): void {
    waiting.get(id)?.shift()?.()
  }

  /** Waits until an attempt ends, unless none is under way any more. */
  async function untilOneEnds({ id, limiter }: Full, { leftMs }: Deadline): Promise<void> {
    if (!underWay.has(id)) return
    const queue = waiting.get(id) ?? []
    waiting.set(id, queue)
    let wake = (): void => undefined
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    queue.push(wake)
    try {
      await inTime(woken, leftMs(), () => limiter.refusal(SOON_MS))
    } finally {
      if (queue.includes(wake)) queue.splice(queue.indexOf(wake), 1)
      if (queue.length === 0 && waiting.get(id) === queue) waiting.delete(id)
    }
  }

  /** Counts an attempt everywhere, or nowhere. */
  async function tryToAdmit(counters: readonly Counter[]): Promise<readonly Full[]> {
    let full: readonly Full[] | undefined
    try {
      full = (await inParallel(counters.map(begin))).filter((each) => each !== undefined)
    } finally {
      if (full?.length !== 0) await endAll(counters, 'neutral')
    }
    return full.toSorted((a, b) => b.waitMs - a.waitMs)
  }

  /**
   * Counts an attempt as soon as there is room for it; throws if there will be none in its time.
   *
   * @param wokenAt the counter at which an attempt ended: if the room there is not taken, it is the next one's
   */
  async function admit(attempt: Attempt, counters: readonly Counter[], wokenAt?: string): Promise<void> {
    let full: Full | undefined
    try {
      const all = await tryToAdmit(counters)
      const refusal = refusalOf(attempt, all)
      if (refusal) throw refusal
      full = all[0]
    } catch (error) {
      wakeNext(wokenAt)
      throw error
    }
    if (!full) return
    if (full.id !== wokenAt) wakeNext(wokenAt)
    await untilOneEnds(full, attempt.deadline)
    await admit(attempt, counters, full.id)
  }

  return async function limitAttempt(attempt, carryOut) {
    const counters = await countersOf(attempt)
    await admit(attempt, counters)
    let verdict: Verdict = 'guess'
    try {
      const outcome = await carryOut()
      verdict = verdictOf(outcome)
      if (verdict === 'proven' && attempt.callerKind !== 'webmail') {
        await knownPairs.add(secretOf(attempt), networkOf(attempt.clientAddress))
      }
      return outcome
    } finally {
      await endAll(counters, verdict)
      for (const counter of counters) wakeNext(idOf(counter))
    }
  }
}

function idOf({ limiter, key }: Counter): string {
  return `${limiter.name} ${key}`
}

/** What is guessed. Guesses at a hosting account's password tell nothing of the mailbox's, nor the reverse. */
function secretOf({ mailbox, credentials }: Attempt): string {
  return credentials.proof === 'account' ? `account ${credentials.username}` : `mailbox ${mailbox.address}`
}
