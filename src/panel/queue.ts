import { PanelFault } from '../core/panel-port.js'
import type { Clock } from '../lib/clock.js'
import type { Deadline } from '../lib/deadline.js'
import { inTime } from '../lib/in-time.js'
import { networkOf } from '../lib/ip-address.js'
import { createLastTurns, newestOfMost } from '../lib/senders.js'
import type { Pace } from './pace.js'

/** An attempt that wants the panel's time. */
export interface Request {
  /** The person's, in the form of `parseClientAddress`. */
  readonly clientAddress: string
  /** The commands that it takes to make the change, in order. */
  readonly plan: readonly string[]
  /** Whether it comes after all others, as what is looked up for the first time does. */
  readonly isLast: boolean
  /** Whether it is proven elsewhere: until then it takes none of the panel's time. */
  readonly isProvenElsewhere: boolean
  /** Until when its answer is waited for. */
  readonly deadline: Deadline
}

/** A command that wants its turn. */
export interface Work {
  readonly command: string
  /** Until when its answer is waited for. */
  readonly deadline: Deadline
  /** Whether it is started only if it is expected to end before the deadline: nothing is started beside it then that makes it late. */
  readonly mustFit: boolean
}

/** An attempt's place in the queue. */
export interface Place {
  /**
   * Runs the call of a command when it is its turn. Rejects with a `PanelFault` (`panel-busy`) before it is run: if the
   * deadline passes, if it must fit and does not, if the queue is full, or if the place was left.
   */
  run<Answer>(work: Work, call: () => Promise<Answer>): Promise<Answer>
  /**
   * Waits for the attempt's turn without a command, unless it had one; rejects as `run` does.
   *
   * @returns when that was (ms, by the clock)
   */
  takeTurn(deadline: Deadline): Promise<number>
  /** The attempt was proven: its commands go before those of attempts that were not. */
  prove(): void
  /** Whether so many commands would start at once. */
  hasRoom(commands: number): boolean
  /** Gives the place up: commands that were not sent are not sent any more, for this reason. */
  leave(reason: string): void
}

/** Whose turn it is at the panel: the unit is the attempt, not the command. */
export interface PanelQueue {
  /**
   * Takes an attempt in, or throws a `PanelFault` (`panel-busy`) at once, with the time after which it may fit, if it
   * can't be carried out before its deadline.
   */
  enter(request: Request): Place
  /** The place of what nobody waits for; always the last. */
  readonly background: Pick<Place, 'run'>
  /** Commands that wait for their turn wait no longer: they reject with the fault. */
  turnAway(fault: PanelFault): void
  running(): number
  waiting(): number
  /** How many commands ran, summed over time (ms): by its growth the mean of a while is known. */
  usedMs(): number
}

/** A command that waits for its turn, or has it. */
interface Entry extends Work {
  readonly attempt: Attempt | undefined
  start(): void
  drop(fault: PanelFault): void
}

interface Attempt {
  readonly number: number
  readonly sender: string
  /** What it still takes, in order. */
  plan: string[]
  readonly isLast: boolean
  readonly isProvenElsewhere: boolean
  isProven: boolean
  /** When its first command had its turn; undefined as long as none had. */
  turnMs?: number
  /** Why it has left; undefined as long as it is here. */
  left?: string
}

/** A turn that is taken without a command. */
const NO_COMMAND = ''

/**
 * For so long (ms) an attempt whose command was answered keeps its room for the next one, against attempts that are not proven:
 * its password's hash is being checked. Otherwise each change would wait for somebody else's proof.
 */
const HOLD_MS = 250

/** Those ahead take longer than their commands do: there are gaps, and the pace is an estimate. */
const RESERVE = 1.1

/** For how long (ms) it is remembered when a sender had a turn. */
const TURN_MEMORY_MS = 15 * 60_000

/**
 * Attempts that were proven go first; then those that have begun; then the others, in turns between their senders (an
 * IPv4 address, or an IPv6 network of 64 bits), of each of which one is proven at a time, and within that in the order
 * of their arrival. A sender who had no turn lately comes before those who had. After them come those who are to be last.
 *
 * @param maxWaiting how many commands may wait, besides those of attempts that have begun
 */
export function createPanelQueue(pace: Pace, maxWaiting: number, clock: Clock): PanelQueue {
  const attempts = new Set<Attempt>()
  const waiting = new Set<Entry>()
  /** Since when (ms) each runs. */
  const running = new Map<Entry, number>()
  /** Attempts that are about to send their next command, and until when they keep their room. */
  const holding = new Map<Attempt, { readonly untilMs: number; readonly timer: NodeJS.Timeout }>()
  const lastTurns = createLastTurns(TURN_MEMORY_MS, () => clock.now())
  let arrivals = 0
  let usedMs = 0
  let countedMs = clock.now()

  /** To be called before as many more, or fewer, run. */
  function count(): void {
    usedMs += running.size * (clock.now() - countedMs)
    countedMs = clock.now()
  }

  function giveTurn(attempt: Attempt): void {
    attempt.turnMs = clock.now()
    lastTurns.give(attempt.sender)
  }

  /** Lower goes first; undefined while its sender has another attempt that is being proven. */
  function rankOf(attempt: Attempt | undefined, busy: ReadonlySet<string>): readonly number[] | undefined {
    if (!attempt) return [4, 0, 0]
    if (attempt.isProven) return [0, 0, attempt.number]
    if (hasBegun(attempt)) return [1, 0, attempt.number]
    if (busy.has(attempt.sender)) return undefined
    return [attempt.isLast ? 3 : 2, lastTurns.of(attempt.sender), attempt.number]
  }

  /** Senders of which an attempt is being proven. */
  function busySenders(): ReadonlySet<string> {
    const begun = [...attempts].filter((attempt) => hasBegun(attempt) && !attempt.isProven)
    return new Set(begun.map(({ sender }) => sender))
  }

  function mustWaitForOwn(attempt: Attempt): boolean {
    return rankOf(attempt, busySenders()) === undefined
  }

  function next(): Entry | undefined {
    const busy = busySenders()
    let best: { readonly entry: Entry; readonly rank: readonly number[] } | undefined
    for (const entry of waiting) {
      const rank = rankOf(entry.attempt, busy)
      if (rank && (!best || isBefore(rank, best.rank))) best = { entry, rank }
    }
    return best?.entry
  }

  /** How much time (ms) a command will have to spare if so many run at once. */
  function spareMs({ command, deadline, mustFit }: Entry, beside: number): number {
    return deadline.leftMs() - (mustFit ? pace.expectedMs(command, beside) : 0)
  }

  /** Keeps the attempt's room for its next command, for a while. */
  function hold(attempt: Attempt): void {
    release(attempt)
    const timer = setTimeout(() => {
      release(attempt)
      startWaiting()
    }, HOLD_MS)
    holding.set(attempt, { untilMs: clock.now() + HOLD_MS, timer })
  }

  function release(attempt: Attempt): void {
    clearTimeout(holding.get(attempt)?.timer)
    holding.delete(attempt)
  }

  /** How much room others than this attempt keep. */
  function held(attempt: Attempt | undefined): number {
    for (const [holder, { untilMs }] of holding) if (untilMs <= clock.now()) release(holder)
    if (attempt?.isProven) return 0
    return holding.size - (attempt && holding.has(attempt) ? 1 : 0)
  }

  function mayStart(entry: Entry): boolean {
    const beside = running.size + 1
    if (beside + held(entry.attempt) > pace.limit() || spareMs(entry, beside) < 0) return false
    // Nothing is made late, but what is late already.
    return [...running].every(
      ([other, startedMs]) =>
        !other.mustFit ||
        other.deadline.leftMs() < 0 ||
        spareMs(other, beside) + clock.now() - startedMs >= 0,
    )
  }

  function startWaiting(): void {
    for (const entry of waiting) {
      if (spareMs(entry, 1) > 0) continue
      waiting.delete(entry)
      entry.drop(busy('waited-too-long'))
    }
    for (let entry = next(); entry && mayStart(entry); entry = next()) {
      waiting.delete(entry)
      count()
      running.set(entry, clock.now())
      if (entry.attempt) release(entry.attempt)
      if (entry.attempt && !hasBegun(entry.attempt)) giveTurn(entry.attempt)
      entry.start()
    }
  }

  /** There are too many: the newest of the sender with the most waits no longer, unless its attempt has begun. */
  function refuseOne(): void {
    const refusable = [...waiting].filter(({ attempt }) => !attempt || !hasBegun(attempt))
    const entry = newestOfMost(refusable, ({ attempt }) => attempt?.sender)
    if (!entry) return
    waiting.delete(entry)
    entry.drop(busy('queue-full'))
  }

  async function run<Answer>(
    attempt: Attempt | undefined,
    work: Work,
    call: () => Promise<Answer>,
  ): Promise<Answer> {
    if (attempt?.left !== undefined) throw busy(attempt.left)
    const entry: Entry = { ...work, attempt, start: () => undefined, drop: () => undefined }
    const turn = new Promise<void>((start, reject) => {
      Object.assign(entry, { start, drop: reject })
    })
    waiting.add(entry)
    try {
      startWaiting()
      if (waiting.has(entry) && !(attempt && hasBegun(attempt)) && waiting.size > maxWaiting) refuseOne()
      await inTime(turn, spareMs(entry, 1), () => busy('waited-too-long'))
      if (attempt) attempt.plan = without(attempt.plan, work.command)
      return await call()
    } finally {
      waiting.delete(entry)
      count()
      const hasRun = running.delete(entry) && work.command !== NO_COMMAND
      if (hasRun && attempt && attempt.plan.length > 0) hold(attempt)
      startWaiting()
    }
  }

  /** How long (ms) the panel needs for those who come before a new attempt of this sender. */
  function aheadMs(sender: string, isLast: boolean): number {
    const own = [...attempts].filter((attempt) => attempt.sender === sender).length
    const counted = new Map<string, number>()
    let workMs = 0
    for (const attempt of attempts) {
      const before = counted.get(attempt.sender) ?? 0
      counted.set(attempt.sender, before + 1)
      const isEarlier = before <= own && lastTurns.of(attempt.sender) <= lastTurns.of(sender)
      const comesFirst = attempt.isLast === isLast ? isEarlier : isLast
      const isIdle = attempt.isProvenElsewhere && !hasBegun(attempt)
      if (attempt.isProven || (!isIdle && (hasBegun(attempt) || comesFirst))) workMs += planMs(attempt.plan)
    }
    for (const [{ command }, startedMs] of running) {
      workMs += Math.max(0, pace.aloneMs(command) - (clock.now() - startedMs))
    }
    return (workMs / pace.capacity()) * RESERVE
  }

  function planMs(plan: readonly string[]): number {
    return plan.reduce((sumMs, command) => sumMs + pace.aloneMs(command), 0)
  }

  return {
    enter({ clientAddress, plan, isLast, isProvenElsewhere, deadline }) {
      const sender = networkOf(clientAddress)
      const lastMs = pace.expectedMs(plan.at(-1) ?? NO_COMMAND, 1)
      const missingMs = aheadMs(sender, isLast) + planMs(plan.slice(0, -1)) + lastMs - deadline.leftMs()
      // Where nobody waits it is tried: what the panel takes may be other than it was.
      if (missingMs > 0 && attempts.size > 0) throw busy('no-time', missingMs)
      arrivals += 1
      const attempt: Attempt = {
        number: arrivals,
        sender,
        plan: [...plan],
        isLast,
        isProvenElsewhere,
        isProven: false,
      }
      attempts.add(attempt)
      return {
        run: (work, call) => run(attempt, work, call),
        async takeTurn(until) {
          const nothing = { command: NO_COMMAND, deadline: until, mustFit: false }
          if (!hasBegun(attempt)) await run(attempt, nothing, async () => undefined)
          return attempt.turnMs ?? clock.now()
        },
        prove() {
          attempt.isProven = true
          startWaiting()
        },
        hasRoom: (commands) =>
          waiting.size === 0 && running.size + commands <= pace.limit() && !mustWaitForOwn(attempt),
        leave(reason) {
          attempts.delete(attempt)
          release(attempt)
          attempt.left ??= reason
          for (const entry of waiting) {
            if (entry.attempt !== attempt) continue
            waiting.delete(entry)
            entry.drop(busy(reason))
          }
          startWaiting()
        },
      }
    },
    background: { run: (work, call) => run(undefined, work, call) },
    turnAway(fault) {
      for (const entry of waiting) entry.drop(fault)
      waiting.clear()
    },
    running: () => running.size,
    waiting: () => waiting.size,
    usedMs() {
      count()
      return usedMs
    },
  }
}

function busy(reason: string, retryAfterMs?: number): PanelFault {
  return new PanelFault('panel-busy', reason, { retryAfterMs })
}

function hasBegun({ turnMs }: Attempt): boolean {
  return turnMs !== undefined
}

function without(plan: readonly string[], command: string): string[] {
  const index = plan.indexOf(command)
  return plan.filter((_, at) => at !== index)
}

function isBefore(one: readonly number[], other: readonly number[]): boolean {
  for (const [index, rank] of one.entries()) {
    const difference = rank - (other[index] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
