import { type Answer, type Refused, verdictOf } from '../core/answer.js'
import type { ProofAttempt } from '../core/attempt.js'
import type { Verdict } from '../core/attempt-limits.js'
import { networkOf } from '../lib/ip-address.js'
import { type Counter, createAttemptCounts, type Full } from './counters.js'
import type { KnownPairs } from './known-pairs.js'
import type { Limiter } from './limiter.js'
import type { Puzzles } from './puzzle.js'

/**
 * Runs an attempt unless a limit on refused credentials is reached, and counts it by its outcome. Counts from its start, so
 * parallel attempts can't slip through. Rejects with `Refused`, and with `StoreUnavailable`.
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

/** The secret that is guessed, and who guesses it. */
interface Guess extends Pick<ProofAttempt, 'callerKind' | 'solution'> {
  readonly secret: string
  /** The secret, and the network of the attempt. */
  readonly pair: string
}

/**
 * Counts refused credentials per secret: from one network, from one kind of caller, and in total. A network that has proven the
 * secret before has its own count in place of the last two, so strangers can't use it up. The public can solve a puzzle to get
 * past the second.
 */
export function createAttemptLimits(parts: LimitParts): LimitAttempt {
  const { failures, target, ceiling, knownPairs, puzzles } = parts
  const counts = createAttemptCounts()

  async function countersOf(guess: Guess): Promise<Counter[]> {
    const { secret, pair, callerKind } = guess
    const ofPair = { limiter: failures, key: pair, forgetful: true }
    // All users share a webmail server's address.
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

  /** The refusal has a puzzle if solving it helps. */
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

/** Guesses at a hosting account's password say nothing about the mailbox's, and the other way round. */
function guessOf({ mailbox, credentials, clientAddress, callerKind, solution }: ProofAttempt): Guess {
  const secret =
    credentials.proof === 'account' ? `account ${credentials.username}` : `mailbox ${mailbox.address}`
  return { secret, pair: `${secret} from ${networkOf(clientAddress)}`, callerKind, solution }
}
