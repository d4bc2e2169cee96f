import type { LastTurns } from '../lib/senders.js'
import { hasBegun, type QueuedAttempt } from './attempt-order.js'
import type { Pace } from './pace.js'

/** For the gaps between commands, and because the pace is an estimate. */
const RESERVE = 1.1

/** The panel's work before a newcomer. */
interface Ahead {
  /** In order of arrival. */
  readonly attempts: Iterable<QueuedAttempt>
  /** And for how long (ms) they have run. */
  readonly running: readonly { readonly command: string; readonly ranMs: number }[]
  readonly lastTurns: LastTurns
  readonly pace: Pace
}

type Newcomer = Pick<QueuedAttempt, 'sender' | 'domain' | 'plan' | 'isLast'>

/**
 * How long (ms) a new attempt needs until its change is made: the work before it, and its own commands, the last one at its
 * slowest.
 */
export function neededMs(
  { sender, domain, plan, isLast }: Newcomer,
  { attempts, running, lastTurns, pace }: Ahead,
): number {
  const aloneMs = (commands: readonly string[]): number => sum(commands.map(pace.aloneMs))
  const before = attemptsBefore({ sender, isLast }, [...attempts], lastTurns)
  const restMs = running.map(({ command, ranMs }) => Math.max(0, pace.aloneMs(command) - ranMs))
  const workMs = sum([...before.map((attempt) => aloneMs(attempt.plan)), ...restMs])
  const inDomain = before.filter((attempt) => attempt.domain === domain)
  const changesMs = sum(inDomain.map((attempt) => aloneMs(attempt.plan.slice(-1))))
  const waitMs = Math.max(workMs / pace.capacity(), changesMs) * RESERVE
  const [last = ''] = plan.slice(-1)
  return waitMs + aloneMs(plan.slice(0, -1)) + pace.expectedMs(last, 1)
}

/** Senders take turns: as many attempts of each other sender come first as this sender already has. */
function attemptsBefore(
  { sender, isLast }: Pick<Newcomer, 'sender' | 'isLast'>,
  attempts: readonly QueuedAttempt[],
  lastTurns: LastTurns,
): QueuedAttempt[] {
  const own = attempts.filter((attempt) => attempt.sender === sender).length
  const counted = new Map<string, number>()
  return attempts.filter((attempt) => {
    const before = counted.get(attempt.sender) ?? 0
    counted.set(attempt.sender, before + 1)
    if (attempt.isProven || hasBegun(attempt)) return true
    if (attempt.isProvenElsewhere) return false
    if (attempt.isLast !== isLast) return isLast
    return before <= own && lastTurns.of(attempt.sender) <= lastTurns.of(sender)
  })
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
