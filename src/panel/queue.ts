import { PanelFault } from '../core/panel-port.js'
import type { Clock } from '../lib/clock.js'
import type { Deadline } from '../lib/deadline.js'
import { inTime } from '../lib/in-time.js'
import { networkOf } from '../lib/ip-address.js'
import { createLastTurns, newestOfMost } from '../lib/senders.js'
import { neededMs } from './admission.js'
import { createAttemptOrder, hasBegun, type QueuedAttempt } from './attempt-order.js'
import { createKeptRoom } from './kept-room.js'
import type { Pace } from './pace.js'

/** An attempt that needs panel commands. */
export interface Request {
  /** The person's address, in the form of `parseClientAddress`. */
  readonly clientAddress: string
  /** The mailbox's domain, in which one change at a time is made. */
  readonly domain: string
  /** The commands up to the change, in order. */
  readonly plan: readonly string[]
  /** Whether it comes after all others, such as the first lookup of a domain. */
  readonly isLast: boolean
  /** Whether it needs no panel command before it's proven. */
  readonly isProvenElsewhere: boolean
  readonly deadline: Deadline
}

/** A command that waits for its turn. */
export interface Work {
  readonly command: string
  readonly deadline: Deadline
  /**
   * Whether it starts only if it's expected to end before the deadline. Then nothing starts beside it that would make it late.
   */
  readonly mustFit: boolean
}

/** An attempt's place in the queue. */
export interface Place {
  /**
   * Runs the call when it's the command's turn. Rejects with a `PanelFault` (`panel-busy`) before that if the deadline passes, if
   * it must fit and doesn't, if the queue is full (unless its attempt has begun or was proven), or if the attempt left.
   */
  run<Answer>(work: Work, call: () => Promise<Answer>): Promise<Answer>
  /**
   * Waits for the attempt's turn without a command, unless it already had one. Rejects like `run`.
   *
   * @returns when that was (ms, by the clock)
   */
  takeTurn(): Promise<number>
  /** The attempt was proven: its commands go before those of unproven ones. */
  prove(): void
  /** Whether this many commands would start at once. */
  hasRoom(commands: number): boolean
  /** Leaves the queue: commands that haven't been sent are dropped, with this reason. */
  leave(reason: string): void
}

/** The panel's queue. It gives turns to attempts, not to single commands. */
export interface PanelQueue {
  /**
   * Adds an attempt. If it can't be carried out before its deadline, throws a `PanelFault` (`panel-busy`) at once, with the time
   * after which it may fit.
   */
  enter(request: Request): Place
  /** The place of background work, always last. */
  readonly background: Pick<Place, 'run'>
  /** Rejects all waiting commands with the fault. */
  turnAway(fault: PanelFault): void
  running(): number
  waiting(): number
  /** The number of running commands, summed over time (ms). Its growth gives the mean of a period. */
  usedMs(): number
}

/** A command that waits for its turn, or has it. */
interface Entry extends Work {
  readonly attempt: QueuedAttempt | undefined
  start(): void
  drop(fault: PanelFault): void
}

/** For a turn without a command. */
const NO_COMMAND = ''

/** How long (ms) a sender's last turn is remembered. */
const TURN_MEMORY_MS = 15 * 60_000

/**
 * Attempts get their turns in the order of `createAttemptOrder`. A sender is an IPv4 address or an IPv6 /64 network.
 *
 * @param maxWaiting how many commands may wait; those of attempts that have begun or were proven may exceed it
 */
export function createPanelQueue(pace: Pace, maxWaiting: number, clock: Clock): PanelQueue {
  const attempts = new Set<QueuedAttempt>()
  const waiting = new Set<Entry>()
  /** The time (ms) when each started. */
  const running = new Map<Entry, number>()
  const lastTurns = createLastTurns(TURN_MEMORY_MS, () => clock.now())
  const order = createAttemptOrder(attempts, lastTurns)
  const room = createKeptRoom<QueuedAttempt>(clock, startWaiting)
  let arrivals = 0
  let usedMs = 0
  let countedMs = clock.now()

  /** Call it before the number of running commands changes. */
  function count(): void {
    usedMs += running.size * (clock.now() - countedMs)
    countedMs = clock.now()
  }

  function beginTurn(attempt: QueuedAttempt): void {
    room.release(attempt)
    if (hasBegun(attempt)) return
    attempt.turnMs = clock.now()
    lastTurns.give(attempt.sender)
  }

  /** How much time (ms) a command has to spare if this many run in parallel. */
  function spareMs({ command, deadline, mustFit }: Entry, beside: number): number {
    return deadline.leftMs() - (mustFit ? pace.expectedMs(command, beside) : 0)
  }

  function mayStart(entry: Entry): boolean {
    const beside = running.size + 1
    const kept = entry.attempt?.isProven ? 0 : room.forOthers(entry.attempt)
    if (beside + kept > pace.limit() || spareMs(entry, beside) < 0) return false
    // Don't make a command late that isn't late yet.
    return [...running].every(
      ([other, startedMs]) =>
        !other.mustFit ||
        other.deadline.leftMs() < 0 ||
        spareMs(other, beside) + clock.now() - startedMs >= 0,
    )
  }

  /** Undefined also if no command may start: then there is no need to sort them. */
  function nextInOrder(): Entry | undefined {
    return waiting.size > 0 && running.size < pace.limit() ? order.first(waiting) : undefined
  }

  function startWaiting(): void {
    for (const entry of waiting) {
      if (spareMs(entry, 1) > 0) continue
      waiting.delete(entry)
      entry.drop(busy('waited-too-long'))
    }
    for (let entry = nextInOrder(); entry && mayStart(entry); entry = nextInOrder()) {
      waiting.delete(entry)
      count()
      running.set(entry, clock.now())
      if (entry.attempt) beginTurn(entry.attempt)
      entry.start()
    }
  }

  /** The queue is too long: drops the newest command of the sender with the most, among those that may be refused. */
  function refuseOne(): void {
    const entry = newestOfMost([...waiting].filter(mayBeRefused), ({ attempt }) => attempt?.sender)
    if (!entry) return
    waiting.delete(entry)
    entry.drop(busy('queue-full'))
  }

  async function run<Answer>(
    attempt: QueuedAttempt | undefined,
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
      if (waiting.has(entry) && mayBeRefused(entry) && waiting.size > maxWaiting) refuseOne()
      await (running.has(entry) ? turn : inTime(turn, spareMs(entry, 1), () => busy('waited-too-long')))
      if (attempt) attempt.plan = without(attempt.plan, work.command)
      return await call()
    } finally {
      waiting.delete(entry)
      count()
      const hasRun = running.delete(entry) && work.command !== NO_COMMAND
      const next = hasRun && attempt && nextAfter(attempt)
      if (next) room.keep(next)
      startWaiting()
    }
  }

  /** The attempt whose next command comes soon: this one, otherwise the next proven one in its domain. */
  function nextAfter(attempt: QueuedAttempt): QueuedAttempt | undefined {
    if (attempt.left === undefined && attempt.plan.length > 0) return attempt
    return [...attempts].find(
      ({ domain, isProven, plan }) => domain === attempt.domain && isProven && plan.length > 0,
    )
  }

  function runningNow() {
    return [...running].map(([{ command }, startedMs]) => ({ command, ranMs: clock.now() - startedMs }))
  }

  return {
    enter({ clientAddress, domain, plan, isLast, isProvenElsewhere, deadline }) {
      arrivals += 1
      const attempt: QueuedAttempt = {
        number: arrivals,
        sender: networkOf(clientAddress),
        domain,
        plan: [...plan],
        isLast,
        isProvenElsewhere,
        isProven: false,
      }
      const missingMs =
        neededMs(attempt, { attempts, running: runningNow(), lastTurns, pace }) - deadline.leftMs()
      // If it's alone, try it: the panel may be faster than before.
      if (missingMs > 0 && attempts.size > 0) throw busy('no-time', missingMs)
      attempts.add(attempt)
      return {
        run: (work, call) => run(attempt, work, call),
        async takeTurn() {
          const nothing = { command: NO_COMMAND, deadline, mustFit: false }
          if (!hasBegun(attempt)) await run(attempt, nothing, async () => undefined)
          return attempt.turnMs ?? clock.now()
        },
        prove() {
          attempt.isProven = true
          startWaiting()
        },
        hasRoom: (commands) =>
          waiting.size === 0 && running.size + commands <= pace.limit() && !order.mustWaitForOwn(attempt),
        leave(reason) {
          attempts.delete(attempt)
          room.release(attempt)
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

/** Attempts that have begun or were proven are worth more than the next guess. */
function mayBeRefused({ attempt }: Entry): boolean {
  return !attempt || !(attempt.isProven || hasBegun(attempt))
}

function busy(reason: string, retryAfterMs?: number): PanelFault {
  return new PanelFault('panel-busy', reason, { retryAfterMs })
}

function without(plan: readonly string[], command: string): string[] {
  const index = plan.indexOf(command)
  return plan.filter((_, at) => at !== index)
}
