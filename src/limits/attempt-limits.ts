import { ipKeyGenerator } from 'express-rate-limit'
import { type Outcome, verdictOf } from '../core/answer.js'
import type { Attempt } from '../core/attempt.js'
import type { Verdict } from '../core/attempt-limits.js'
import { inParallel } from '../lib/in-parallel.js'
import type { Limiter } from './limiter.js'

/**
 * Carries an attempt out if no limit on refused credentials is reached, and counts it by its outcome; it counts from its
 * start, so that many at once can't slip through. Rejects with `Refused`, and with `StoreUnavailable` if the counters
 * can't be reached.
 */
export type LimitAttempt = (attempt: Attempt, carryOut: () => Promise<Outcome>) => Promise<Outcome>

/** One thing that is counted: the guesses at a mailbox or an account, from one address or from all. */
interface Counter {
  readonly limiter: Limiter
  readonly key: string
  /** Whether a success forgets what was counted. */
  readonly forgetful: boolean
}

/** When to come back if a limit is reached only by attempts under way, which may yet turn out to be right. */
const SOON_MS = 1000

/** Counts refused credentials per mailbox and per hosting account: from one address, and from all. */
export function createAttemptLimits(failures: Limiter, target: Limiter): LimitAttempt {
  const underWay = new Map<string, number>()

  function countersOf(attempt: Attempt): Counter[] {
    return [
      ...failureKeys(attempt).map((key) => ({ limiter: failures, key, forgetful: true })),
      ...targetKeys(attempt).map((key) => ({ limiter: target, key, forgetful: false })),
    ]
  }

  /** Counts the attempt; resolves to how long to wait if the limit had been reached before. */
  async function begin({ limiter, key }: Counter): Promise<number | undefined> {
    const id = `${limiter.name} ${key}`
    const others = underWay.get(id) ?? 0
    underWay.set(id, others + 1)
    const { totalHits, resetTime } = await limiter.hit(key)
    if (totalHits <= limiter.count) return undefined
    const onlyByOthers = totalHits - 1 - others < limiter.count
    return onlyByOthers ? SOON_MS : limiter.untilResetMs(resetTime)
  }

  async function end({ limiter, key, forgetful }: Counter, verdict: Verdict): Promise<void> {
    const id = `${limiter.name} ${key}`
    const others = (underWay.get(id) ?? 1) - 1
    if (others > 0) underWay.set(id, others)
    else underWay.delete(id)
    if (verdict === 'proven' && forgetful) await limiter.forget(key)
    else if (verdict !== 'guess') await limiter.giveBack(key)
  }

  /** Counts an attempt everywhere, or nowhere: throws then. */
  async function admit(counters: readonly Counter[]): Promise<void> {
    const waitsMs = await inParallel(counters.map(begin))
    const reached = counters.flatMap(({ limiter }, index) => {
      const waitMs = waitsMs[index]
      return waitMs === undefined ? [] : [{ limiter, waitMs }]
    })
    const [longest] = reached.toSorted((a, b) => b.waitMs - a.waitMs)
    if (longest) throw longest.limiter.refusal(longest.waitMs)
  }

  return async function limitAttempt(attempt, carryOut) {
    const counters = countersOf(attempt)
    let verdict: Verdict = 'neutral'
    try {
      await admit(counters)
      verdict = 'guess'
      const outcome = await carryOut()
      verdict = verdictOf(outcome)
      return outcome
    } finally {
      await Promise.all(counters.map((counter) => end(counter, verdict)))
    }
  }
}

function targetKeys({ mailbox, credentials }: Attempt): string[] {
  const mailboxKey = `mailbox ${mailbox.address}`
  return credentials.proof === 'account' ? [mailboxKey, `account ${credentials.username}`] : [mailboxKey]
}

/** An IPv6 network of /56 counts as one address: a single customer has at least as many. */
function failureKeys(attempt: Attempt): string[] {
  return targetKeys(attempt).map((key) => `${key} from ${ipKeyGenerator(attempt.clientAddress)}`)
}
