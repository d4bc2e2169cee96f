import { type Answer, type Refused, verdictOf } from '../core/answer.js'
import type { ProofAttempt } from '../core/attempt.js'
import type { Verdict } from '../core/attempt-limits.js'
import { networkOf } from '../lib/ip-address.js'
import { type Counter, createAttemptCounts, type Full } from './counters.js'
import type { KnownPairs } from './known-pairs.js'
import type { Limiter } from './limiter.js'
import type { Puzzles } from './puzzle.js'

/**
 * Carries an attempt out if no limit on refused credentials is reached, and counts it by its outcome; it counts from its
 * start, so that many at once can't slip through. Rejects with `Refused`, and with `StoreUnavailable` if the counters
 * can't be reached.
 */
export type LimitAttempt = <Result extends Answer>(
  attempt: ProofAttempt,
  carryOut: () => Promise<Result>,
) => Promise<Result>

interface LimitParts {
  readonly failures: Limiter
  readonly target: Limiter
  readonly ceiling: Limiter
  readonly knownPairs: KnownPairs
  readonly puzzles: Puzzles
}

/** What is guessed, and by whom. */
interface Guess extends Pick<ProofAttempt, 'callerKind' | 'solution'> {
  readonly secret: string
  /** The secret, and the network that the attempt comes from. */
  readonly pair: string
}

/**
 * Counts refused credentials per secret that is guessed: from one address, by one kind of caller, and in all. An address that
 * has proven the secret before has a count of its own in place of the last two, which strangers can't use up. For the public the
 * solution of a puzzle stands in for the second.
 */
export function createAttemptLimits(parts: LimitParts): LimitAttempt {
  const { failures, target, ceiling, knownPairs, puzzles } = parts
  const counts = createAttemptCounts()

  async function countersOf(guess: Guess): Promise<Counter[]> {
    const { secret, pair, callerKind } = guess
    const ofPair = { limiter: failures, key: pair, forgetful: true }
    // A webmail server's address is everybody's.
    const isKnown = callerKind !== 'webmail' && (await knownPairs.has(pair))
    if (isKnown) return [ofPair, { limiter: ceiling, key: pair, forgetful: false }]
    const key = `${secret} by ${callerKind === 'public' ? 'anybody' : 'webmail'}`
    const ofAll = { limiter: ceiling, key, forgetful: false }
    if (await hasSolved(guess)) return [ofPair, ofAll]
    return [ofPair, { limiter: target, key, forgetful: false }, ofAll]
  }

  async function hasSolved({ secret, callerKind, solution }: Guess): Promise<boolean> {
    return callerKind === 'public' && solution !== undefined && (await puzzles.accepts(secret, solution))
  }

  /** If a puzzle would open the way, the refusal has one. */
  function refusalOf({ secret, callerKind }: Guess, full: readonly Full[]): Refused | undefined {
    const reached = full.filter(({ byOthers }) => !byOthers)
    const [longest] = reached
    if (!longest) return undefined
    const helps = callerKind === 'public' && reached.every(({ limiter }) => limiter === target)
    return longest.limiter.refusal(longest.waitMs, { challenge: helps ? puzzles.pose(secret) : undefined })
  }

  return async function limitAttempt(attempt, carryOut) {
    const guess = guessOf(attempt)
    const counters = await countersOf(guess)
    await counts.begin(counters, attempt.deadline, (full) => refusalOf(guess, full))
    let verdict: Verdict = 'guess'
    try {
      const outcome = await carryOut()
      verdict = verdictOf(outcome)
      if (verdict === 'proven' && guess.callerKind !== 'webmail') await knownPairs.add(guess.pair)
      return outcome
    } finally {
      await counts.end(counters, verdict)
    }
  }
}

/** Guesses at a hosting account's password tell nothing of the mailbox's, nor the reverse. */
function guessOf({ mailbox, credentials, clientAddress, callerKind, solution }: ProofAttempt): Guess {
  const secret =
    credentials.proof === 'account' ? `account ${credentials.username}` : `mailbox ${mailbox.address}`
  return { secret, pair: `${secret} from ${networkOf(clientAddress)}`, callerKind, solution }
}
