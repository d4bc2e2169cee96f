import { ipKeyGenerator } from 'express-rate-limit'
import type { Attempt } from '../core/attempt.js'
import type { AttemptLimits, Limit, LimitStore, ReachedLimit, Verdict } from '../core/attempt-limits.js'
import { StoreUnavailable } from '../core/outage.js'
import { inParallel } from '../lib/in-parallel.js'

/** One thing that is counted: the guesses at a mailbox or an account, from one address or from all. */
interface Counter {
  readonly name: string
  readonly limit: Limit
  readonly store: LimitStore
  readonly key: string
  /** Whether a success forgets what was counted. */
  readonly forgetful: boolean
}

/** When to come back where a limit is reached only by attempts under way, which may yet turn out to be right. */
const SOON_MS = 1000

/** Counts refused credentials per mailbox and per hosting account. */
export function createAttemptLimits(
  failures: Limit,
  target: Limit,
  createStore: (name: string) => LimitStore,
): AttemptLimits {
  const limiters = [
    { name: 'failures', limit: failures, keysOf: failureKeys, forgetful: true },
    { name: 'target', limit: target, keysOf: targetKeys, forgetful: false },
  ].map((limiter) => ({ ...limiter, store: createStore(limiter.name) }))
  for (const { store, limit } of limiters) store.init(limit)
  const underWay = new Map<string, number>()

  /** Counts the attempt; gives the limit if it had been reached before. */
  async function begin({ name, limit, store, key }: Counter): Promise<ReachedLimit | undefined> {
    const id = `${name} ${key}`
    const others = underWay.get(id) ?? 0
    underWay.set(id, others + 1)
    const { totalHits, resetTime } = await store.increment(key)
    if (totalHits <= limit.count) return undefined
    // The library's store tells the time by Date.
    const untilResetMs = resetTime ? Math.max(0, resetTime.getTime() - Date.now()) : limit.windowMs
    const onlyByOthers = totalHits - 1 - others < limit.count
    return { ...limit, name, retryAfterMs: onlyByOthers ? SOON_MS : untilResetMs }
  }

  async function end({ name, store, key, forgetful }: Counter, verdict: Verdict): Promise<void> {
    const id = `${name} ${key}`
    const others = (underWay.get(id) ?? 1) - 1
    if (others > 0) underWay.set(id, others)
    else underWay.delete(id)
    try {
      if (verdict === 'proven' && forgetful) await store.resetKey(key)
      else if (verdict !== 'guess') await store.decrement(key)
    } catch (error) {
      // What has been done is true all the same; what was counted is forgotten when its window ends.
      if (!(error instanceof StoreUnavailable)) throw error
    }
  }

  return {
    async admit(attempt) {
      const counters = limiters.flatMap(({ keysOf, ...limiter }) =>
        keysOf(attempt).map((key) => ({ ...limiter, key })),
      )
      const endAll = async (verdict: Verdict): Promise<void> => {
        await Promise.all(counters.map((counter) => end(counter, verdict)))
      }
      const begun = await inParallel(counters.map(begin)).catch(async (error: unknown) => {
        await endAll('neutral')
        throw error
      })
      const reached = begun.filter((limit) => limit !== undefined)
      const [longest] = reached.toSorted((a, b) => b.retryAfterMs - a.retryAfterMs)
      if (!longest) return { admitted: true, end: endAll }
      await endAll('neutral')
      return { admitted: false, limit: longest }
    },
  }
}

function targetKeys({ mailbox, credentials }: Attempt): string[] {
  const mailboxKey = `mailbox ${mailbox.address}`
  return credentials.mode === 'account' ? [mailboxKey, `account ${credentials.username}`] : [mailboxKey]
}

/** An IPv6 network of /56 counts as one address: a single customer has at least as many. */
function failureKeys(attempt: Attempt): string[] {
  return targetKeys(attempt).map((key) => `${key} from ${ipKeyGenerator(attempt.clientAddress)}`)
}
